// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IRequirements} from "../../interfaces/access/IRequirements.sol";

/// @title What contracts ask of the peers and terms that they are given
library Require {
    /// @dev Requires that `candidate` is a contract.
    function code(address candidate) internal view {
        require(candidate.code.length != 0, IRequirements.MissingCode(candidate));
    }

    /// @dev The same, and gives it back.
    function withCode(address candidate) internal view returns (address) {
        code(candidate);
        return candidate;
    }

    /// @dev Requires a value from `least` to `most`.
    function inRange(string memory term, uint256 value, uint256 least, uint256 most) internal pure {
        require(value >= least && value <= most, IRequirements.TermOutOfRange(term, value, least, most));
    }
}
