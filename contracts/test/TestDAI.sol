// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @title A reserve token that does what Dai (Maker's Dai.sol) does
/// @notice 18 decimals; wards mint; who moves or burns his own tokens by `transferFrom` and `burn` needs no allowance; an
/// allowance without limit is never used up; `push`, `pull` and `move` are other names of transfers. Its permit, unlike
/// ERC-2612, is left out: nobody here calls it.
contract TestDAI is ERC20 {
    mapping(address account => bool) public wards;

    error NotWard(address caller);

    modifier onlyWard() {
        require(wards[msg.sender], NotWard(msg.sender));
        _;
    }

    constructor(address ward) ERC20("Dai Stablecoin", "DAI") {
        wards[ward] = true;
    }

    function rely(address account) external onlyWard {
        wards[account] = true;
    }

    function deny(address account) external onlyWard {
        wards[account] = false;
    }

    function mint(address to, uint256 amount) external onlyWard {
        _mint(to, amount);
    }

    function burn(address from, uint256 amount) external {
        if (from != msg.sender) _spendAllowance(from, msg.sender, amount);
        _burn(from, amount);
    }

    function push(address to, uint256 amount) external {
        transferFrom(msg.sender, to, amount);
    }

    function pull(address from, uint256 amount) external {
        transferFrom(from, msg.sender, amount);
    }

    function move(address from, address to, uint256 amount) external {
        transferFrom(from, to, amount);
    }

    function transferFrom(address from, address to, uint256 value) public override returns (bool) {
        if (from != msg.sender) _spendAllowance(from, msg.sender, value);
        _transfer(from, to, value);
        return true;
    }
}
