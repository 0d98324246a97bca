// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {Pausable} from "@openzeppelin/contracts/utils/Pausable.sol";

/// @title A reserve token that does what USD Coin (Circle's FiatToken v2) does
/// @notice 6 decimals; minters mint within an allowance and burn their own; the issuer can put accounts on a list that
/// neither send, receive, spend nor approve; paused, nothing moves, and nobody approves, mints or burns. One issuer here
/// is the real one's master minter, blacklister and pauser, and errors are named instead of texts.
contract TestUSDC is ERC20, Pausable {
    address public immutable ISSUER;

    mapping(address account => bool) public isBlacklisted;
    mapping(address minter => uint256) public minterAllowance;

    error NotIssuer(address caller);
    error AccountBlacklisted(address account);
    error MinterAllowanceExceeded(address minter, uint256 amount, uint256 allowance);

    modifier onlyIssuer() {
        require(msg.sender == ISSUER, NotIssuer(msg.sender));
        _;
    }

    modifier notBlacklisted(address account) {
        require(!isBlacklisted[account], AccountBlacklisted(account));
        _;
    }

    constructor(address issuer) ERC20("USD Coin", "USDC") {
        ISSUER = issuer;
    }

    function configureMinter(address minter, uint256 allowance_) external onlyIssuer {
        minterAllowance[minter] = allowance_;
    }

    function mint(address to, uint256 amount) external notBlacklisted(msg.sender) {
        uint256 allowed = minterAllowance[msg.sender];
        require(amount <= allowed, MinterAllowanceExceeded(msg.sender, amount, allowed));
        minterAllowance[msg.sender] = allowed - amount;
        _mint(to, amount);
    }

    function burn(uint256 amount) external {
        _burn(msg.sender, amount);
    }

    function blacklist(address account) external onlyIssuer {
        isBlacklisted[account] = true;
    }

    function unBlacklist(address account) external onlyIssuer {
        isBlacklisted[account] = false;
    }

    function pause() external onlyIssuer {
        _pause();
    }

    function unpause() external onlyIssuer {
        _unpause();
    }

    function transferFrom(address from, address to, uint256 value)
        public
        override
        notBlacklisted(msg.sender)
        returns (bool)
    {
        return super.transferFrom(from, to, value);
    }

    function approve(address spender, uint256 value)
        public
        override
        whenNotPaused
        notBlacklisted(msg.sender)
        notBlacklisted(spender)
        returns (bool)
    {
        return super.approve(spender, value);
    }

    function decimals() public pure override returns (uint8) {
        return 6;
    }

    /// @dev Every move, mint and burn.
    function _update(address from, address to, uint256 value)
        internal
        override
        whenNotPaused
        notBlacklisted(from)
        notBlacklisted(to)
    {
        super._update(from, to, value);
    }
}
