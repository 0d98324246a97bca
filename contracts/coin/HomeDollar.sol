// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IERC5267} from "@openzeppelin/contracts/interfaces/IERC5267.sol";
import {IERC3009, IERC3009Cancel} from "@openzeppelin/contracts/interfaces/draft-IERC3009.sol";
import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";
import {
    ERC20TransferAuthorization
} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20TransferAuthorization.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {Nonces} from "@openzeppelin/contracts/utils/Nonces.sol";
import {NoncesKeyed} from "@openzeppelin/contracts/utils/NoncesKeyed.sol";
import {ERC165} from "@openzeppelin/contracts/utils/introspection/ERC165.sol";
import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {IHomeDollar} from "../../interfaces/coin/IHomeDollar.sol";
import {IERC7943Fungible} from "../../interfaces/standards/IERC7943.sol";
import {RoleGated} from "../access/RoleGated.sol";
import {Roles} from "../access/Roles.sol";
import {Signpost} from "../access/Signpost.sol";

/// @title HMD, the suite's dollar coin
/// @dev Permit and transfer authorisations are OpenZeppelin's, unchanged. Warning: authorisations have keyed nonces
/// (192 bits of key, 64 of sequence), and key 0 is the sequence that permits use too.
/// @custom:kill Nothing stops the coin as a whole. The court freezes amounts of single accounts; the DAO ends a minter
/// by cap 0, after which it may burn what it minted and no more.
contract HomeDollar is
    ERC20Permit,
    ERC20TransferAuthorization,
    ERC165,
    RoleGated,
    Signpost,
    IERC7943Fungible,
    IHomeDollar
{
    /// @dev Cap of a row without a bound, whose level is not counted.
    uint128 private constant UNLIMITED = type(uint128).max;

    mapping(address minter => Minter) private _minters;
    mapping(address account => uint256) private _frozen;

    constructor(address hub) ERC20("Home Dollar", "HMD") ERC20Permit("Home Dollar") AccessManaged(hub) {}

    /* MINTERS */

    /// @inheritdoc IHomeDollar
    function setMinter(address minter, uint128 cap) external restricted {
        Minter memory row = _minters[minter];
        emit MinterSet(minter, row.cap, cap);
        if (cap == UNLIMITED) {
            row.level = 0;
        } else if (row.cap == UNLIMITED) {
            // How much of the supply is its own, nobody counted.
            row.level = uint128(Math.min(totalSupply(), UNLIMITED));
        }
        _minters[minter] = Minter({cap: cap, level: row.level});
    }

    /// @inheritdoc IHomeDollar
    function mint(address to, uint256 amount) external {
        Minter memory row = _rowOf(msg.sender);
        if (row.cap != UNLIMITED) {
            require(amount <= _above(row.cap, row.level), MinterCapExceeded(msg.sender, amount, row.level, row.cap));
            // At most the cap, so it fits.
            _setLevel(row, row.level + uint128(amount));
        }
        _mint(to, amount);
    }

    /// @inheritdoc IHomeDollar
    function burn(address from, uint256 amount) external {
        _spendForBurn(from, amount);
        _burn(from, amount);
    }

    /// @inheritdoc IHomeDollar
    function burnForDebt(address from, uint256 amount) external returns (uint256 released) {
        _spendForBurn(from, amount);
        released = _release(from, amount);
        // Past our own `_update`: coins frozen beyond the balance stay frozen and must not stand in the way here.
        super._update(from, address(0), amount);
    }

    /// @inheritdoc IHomeDollar
    function minterOf(address minter) external view returns (Minter memory) {
        return _minters[minter];
    }

    /* COURT */

    /// @inheritdoc IERC7943Fungible
    /// @dev Role COURT, at once, whatever delay the role has.
    function setFrozenTokens(address account, uint256 amount) external returns (bool result) {
        _requireRole(Roles.COURT, msg.sender);
        _requireNoMinter(account);
        _setFrozen(account, amount);
        return true;
    }

    /// @inheritdoc IERC7943Fungible
    /// @dev Role COURT, after its delay.
    function forcedTransfer(address from, address to, uint256 amount) external restricted returns (bool result) {
        require(canSend(from), ERC7943CannotSend(from));
        require(canReceive(to), ERC7943CannotReceive(to));
        _requireNoMinter(from);
        if (from != to) _release(from, amount);
        // Past our own `_update`: coins frozen beyond the balance stay frozen and must not stand in the way here.
        super._update(from, to, amount);
        emit ForcedTransfer(from, to, amount);
        return true;
    }

    /// @inheritdoc IERC7943Fungible
    function getFrozenTokens(address account) external view returns (uint256 amount) {
        return _frozen[account];
    }

    /// @inheritdoc IERC7943Fungible
    /// @dev True but for the zero address: anybody may hold coins.
    function canSend(address account) public pure returns (bool allowed) {
        return account != address(0);
    }

    /// @inheritdoc IERC7943Fungible
    /// @dev True but for the zero address: anybody may hold coins.
    function canReceive(address account) public pure returns (bool allowed) {
        return account != address(0);
    }

    /// @inheritdoc IERC7943Fungible
    /// @dev Without a freeze of `from` it is true for any amount; with one, for what is not frozen.
    function canTransfer(address from, address to, uint256 amount) external view returns (bool allowed) {
        if (!canSend(from) || !canReceive(to)) return false;
        uint256 frozen = _frozen[from];
        return frozen == 0 || amount <= _above(balanceOf(from), frozen);
    }

    /* STANDARDS */

    /// @inheritdoc IERC165
    function supportsInterface(bytes4 interfaceId) public view override(ERC165, IERC165) returns (bool) {
        return interfaceId == type(IERC20).interfaceId || interfaceId == type(IERC20Metadata).interfaceId
            || interfaceId == type(IERC20Permit).interfaceId || interfaceId == type(IERC5267).interfaceId
            || interfaceId == type(IERC3009).interfaceId || interfaceId == type(IERC3009Cancel).interfaceId
            || interfaceId == type(IERC7943Fungible).interfaceId || super.supportsInterface(interfaceId);
    }

    /// @dev The sequence of permits, and of authorisations with key 0.
    function nonces(address owner) public view override(ERC20Permit, Nonces) returns (uint256) {
        return super.nonces(owner);
    }

    /* INTERNAL */

    /// @dev Refuses to move frozen coins. One slot of `from` is read for it, and the balance once more only if
    /// there is a freeze. More than the whole balance is left to ERC-20's own error.
    function _update(address from, address to, uint256 amount) internal override {
        // A mint has nobody's freeze to look at.
        uint256 frozen = from == address(0) ? 0 : _frozen[from];
        if (frozen != 0) {
            uint256 balance = balanceOf(from);
            uint256 unfrozen = _above(balance, frozen);
            require(amount <= unfrozen || amount > balance, ERC7943InsufficientUnfrozenBalance(from, amount, unfrozen));
        }
        super._update(from, to, amount);
    }

    /// @dev Permits and keyed authorisations share OpenZeppelin's store of nonces; this says whose version counts.
    function _useCheckedNonce(address owner, uint256 keyNonce) internal override(Nonces, NoncesKeyed) {
        super._useCheckedNonce(owner, keyNonce);
    }

    /// @dev Lifts as much of a freeze as stands in the way of `amount` leaving `account`: of coins frozen beyond the
    /// balance, which wait for coins to come, none is lifted.
    /// @return released How many that is.
    function _release(address account, uint256 amount) private returns (uint256 released) {
        uint256 frozen = _frozen[account];
        if (frozen == 0) return 0;
        uint256 balance = balanceOf(account);
        uint256 unfrozen = _above(balance, frozen);
        // More than the balance fails in ERC-20's own check a moment later.
        if (amount <= unfrozen || amount > balance) return 0;
        released = amount - unfrozen;
        _setFrozen(account, frozen - released);
    }

    function _setFrozen(address account, uint256 amount) private {
        _frozen[account] = amount;
        emit Frozen(account, amount);
    }

    /// @dev The caller's permission to burn `amount` of `from`, used up: its row and, for another's coins, the allowance.
    function _spendForBurn(address from, uint256 amount) private {
        Minter memory row = _rowOf(msg.sender);
        if (from != msg.sender) _spendAllowance(from, msg.sender, amount);
        // At most the level, so it fits.
        if (row.cap != UNLIMITED) _setLevel(row, uint128(_above(row.level, amount)));
    }

    /// @dev Coins at a minter's address are many people's, such as those who wait in the treasury's queue.
    function _requireNoMinter(address account) private view {
        Minter memory row = _minters[account];
        require(row.cap == 0 && row.level == 0, MinterExempt(account));
    }

    function _rowOf(address caller) private view returns (Minter memory row) {
        Minter storage stored = _minters[caller];
        (row.cap, row.level) = (stored.cap, stored.level);
        require(row.cap != 0 || row.level != 0, NotMinter(caller));
    }

    function _setLevel(Minter memory row, uint128 level) private {
        _minters[msg.sender] = Minter({cap: row.cap, level: level});
    }

    function _above(uint256 a, uint256 b) private pure returns (uint256) {
        return a > b ? a - b : 0;
    }
}
