// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Create2} from "@openzeppelin/contracts/utils/Create2.sol";
import {IQuorumAggregator} from "../../../interfaces/oracle/IQuorumAggregator.sol";

/// @title A list of nodes, kept as the code of an address
/// @notice One read gives the whole list, at a price per node that no storage slot comes near. The address is a digest
/// of what stands there: CREATE2 derives it from the keeping contract, the set's number and the list.
/// @dev The code is `abi.encode(maxFaulty, nodes)`. Its first byte is a zero, the opcode STOP: called, it does nothing.
library NodeSet {
    uint256 internal constant MAX_NODES = 31;

    /// @dev Init code that returns whatever follows its own 11 bytes as the code of the new address:
    /// PUSH1 11, MSIZE (0), DUP2, CODESIZE, SUB, DUP1, SWAP3, MSIZE (0), CODECOPY, RETURN.
    bytes11 private constant KEEP_THE_REST = 0x600b5981380380925939f3;

    /// @dev Requires that `nodes` can bear `maxFaulty` faulty ones and that nobody counts twice.
    function requireSound(address[] memory nodes, uint256 maxFaulty) internal pure {
        require(
            maxFaulty >= 1 && nodes.length >= 3 * maxFaulty + 1 && nodes.length <= MAX_NODES,
            IQuorumAggregator.FaultBoundTooHigh(nodes.length, maxFaulty)
        );
        for (uint256 i = 0; i < nodes.length; ++i) {
            address node = nodes[i];
            require(node != address(0), IQuorumAggregator.InvalidNode(i, node));
            for (uint256 j = 0; j < i; ++j) {
                require(nodes[j] != node, IQuorumAggregator.InvalidNode(i, node));
            }
        }
    }

    /// @dev Keeps a list. `number` is the set's: the same list, set again later, has another address.
    function keep(address[] memory nodes, uint8 maxFaulty, uint16 number) internal returns (address list) {
        bytes memory initCode = abi.encodePacked(KEEP_THE_REST, abi.encode(uint256(maxFaulty), nodes));
        return Create2.deploy(0, bytes32(uint256(number)), initCode);
    }

    /// @dev What is kept at `list`.
    function read(address list) internal view returns (address[] memory nodes, uint8 maxFaulty) {
        (maxFaulty, nodes) = abi.decode(list.code, (uint8, address[]));
    }

    /// @dev The list without the node at `index`, the others in their order.
    function without(address[] memory nodes, uint256 index) internal pure returns (address[] memory rest) {
        rest = new address[](nodes.length - 1);
        for (uint256 i = 0; i < rest.length; ++i) {
            rest[i] = nodes[i < index ? i : i + 1];
        }
    }

    /// @dev How many of `nodeCount` nodes must sign: any two such groups share at least `maxFaulty` + 1 nodes.
    function quorum(uint256 nodeCount, uint256 maxFaulty) internal pure returns (uint256) {
        return (nodeCount + maxFaulty) / 2 + 1;
    }

    /// @dev How many bits are set in `bits`, which must be below 2^32: sums of ever wider fields, side by side.
    function countBits(uint256 bits) internal pure returns (uint256) {
        unchecked {
            bits -= (bits >> 1) & 0x55555555; // 16 sums of 2 bits
            bits = (bits & 0x33333333) + ((bits >> 2) & 0x33333333); // 8 sums of 4 bits
            bits = (bits + (bits >> 4)) & 0x0f0f0f0f; // 4 sums of 8 bits
            return ((bits * 0x01010101) >> 24) & 0xff; // their sum, in the highest of the 4 bytes
        }
    }
}
