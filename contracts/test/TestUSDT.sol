// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title A reserve token that does what Tether's TetherToken on Ethereum does
/// @notice 6 decimals; `transfer`, `transferFrom` and `approve` return nothing; an allowance that is not zero can only be
/// set to zero; a list of accounts that can't send (but receive), whose coins the issuer can destroy; a pause of
/// transfers, not of approvals; a fee below 20 basis points and 50 tokens, to the issuer, that is off. Errors are named
/// instead of texts.
contract TestUSDT {
    uint256 private constant WHOLE_BPS = 10_000;
    uint256 private constant FEE_BPS_LIMIT = 20;
    uint256 private constant FEE_LIMIT = 50;

    string public name = "Tether USD";
    string public symbol = "USDT";
    uint256 public decimals = 6;

    address public immutable ISSUER;

    uint256 public totalSupply;
    mapping(address account => uint256) public balanceOf;
    mapping(address owner => mapping(address spender => uint256)) public allowance;
    mapping(address account => bool) public isBlackListed;
    bool public paused;
    uint256 public basisPointsRate;
    uint256 public maximumFee; // units

    event Transfer(address indexed from, address indexed to, uint256 value);
    event Approval(address indexed owner, address indexed spender, uint256 value);

    error NotIssuer(address caller);
    error TransfersPaused();
    error AccountBlackListed(address account);
    error AllowanceNotZero(address owner, address spender, uint256 allowance);
    error AllowanceTooSmall(address owner, address spender, uint256 allowance, uint256 needed);
    error BalanceTooSmall(address account, uint256 balance, uint256 needed);
    error FeeOutOfRange(uint256 basisPoints, uint256 maxFee);

    modifier onlyIssuer() {
        require(msg.sender == ISSUER, NotIssuer(msg.sender));
        _;
    }

    constructor(address issuer) {
        ISSUER = issuer;
    }

    /* TRANSFERS: NO RETURN VALUES */

    function transfer(address to, uint256 value) external {
        _move(msg.sender, to, value);
    }

    function transferFrom(address from, address to, uint256 value) external {
        uint256 allowed = allowance[from][msg.sender];
        require(value <= allowed, AllowanceTooSmall(from, msg.sender, allowed, value));
        if (allowed != type(uint256).max) allowance[from][msg.sender] = allowed - value;
        _move(from, to, value);
    }

    function approve(address spender, uint256 value) external {
        uint256 allowed = allowance[msg.sender][spender];
        require(value == 0 || allowed == 0, AllowanceNotZero(msg.sender, spender, allowed));
        allowance[msg.sender][spender] = value;
        emit Approval(msg.sender, spender, value);
    }

    function _move(address from, address to, uint256 value) private {
        require(!paused, TransfersPaused());
        require(!isBlackListed[from], AccountBlackListed(from));
        uint256 balance = balanceOf[from];
        require(value <= balance, BalanceTooSmall(from, balance, value));
        uint256 fee = value * basisPointsRate / WHOLE_BPS;
        if (fee > maximumFee) fee = maximumFee;
        balanceOf[from] = balance - value;
        balanceOf[to] += value - fee;
        emit Transfer(from, to, value - fee);
        if (fee == 0) return;
        balanceOf[ISSUER] += fee;
        emit Transfer(from, ISSUER, fee);
    }

    /* THE ISSUER'S */

    /// @notice New tokens, to the issuer.
    function issue(uint256 amount) external onlyIssuer {
        balanceOf[ISSUER] += amount;
        totalSupply += amount;
        emit Transfer(address(0), ISSUER, amount);
    }

    /// @param newMaxFee Whole tokens.
    function setParams(uint256 newBasisPoints, uint256 newMaxFee) external onlyIssuer {
        require(newBasisPoints < FEE_BPS_LIMIT && newMaxFee < FEE_LIMIT, FeeOutOfRange(newBasisPoints, newMaxFee));
        basisPointsRate = newBasisPoints;
        maximumFee = newMaxFee * 10 ** decimals;
    }

    function setPaused(bool isPaused) external onlyIssuer {
        paused = isPaused;
    }

    function setBlackListed(address account, bool isListed) external onlyIssuer {
        isBlackListed[account] = isListed;
    }

    function destroyBlackFunds(address account) external onlyIssuer {
        uint256 amount = balanceOf[account];
        require(isBlackListed[account], AccountBlackListed(account));
        balanceOf[account] = 0;
        totalSupply -= amount;
        emit Transfer(account, address(0), amount);
    }
}
