// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AggregatorV3Interface} from "@chainlink/contracts/src/v0.8/shared/interfaces/AggregatorV3Interface.sol";

/// @title A feed that anyone can make answer anything, in any form
/// @notice It answers in raw bytes, and so has no functions of `AggregatorV3Interface` in its own ABI.
contract TestFaultyFeed {
    enum Mode {
        Normal,
        Reverts,
        ReturnsShort, // one byte too few
        ReturnsDirty, // every word has its highest bit changed
        BurnsGas, // all it gets
        ReturnsBomb, // as much as its gas buys
        ReturnsLong // one word too many
    }

    /// @notice Thrown for a question that is not a feed's.
    error UnknownQuestion(bytes4 selector);

    /// @notice Thrown by a feed in the mode `Reverts`.
    error Refusing();

    /// @dev Costs about 155,000 gas to make, so that a reader which grants 200,000 gets it.
    uint256 private constant BOMB_LENGTH = 240_000;

    string private _description;
    uint256 private _decimals;
    uint256[5] private _round;
    mapping(bytes4 selector => Mode) private _modes;
    uint256 private _work;

    constructor(uint8 decimals_, string memory description_, int256 answer) {
        _decimals = decimals_;
        _description = description_;
        setAnswer(answer);
    }

    /// @dev Answers every question of `AggregatorV3Interface`.
    // solhint-disable-next-line payable-fallback
    fallback(bytes calldata question) external returns (bytes memory answer) {
        bytes4 selector = bytes4(question);
        Mode mode = _modes[selector];
        require(mode != Mode.Reverts, Refusing());
        _burn(mode == Mode.BurnsGas ? type(uint256).max : _work);
        if (mode == Mode.ReturnsBomb) return new bytes(BOMB_LENGTH);
        answer = _honest(selector);
        if (mode == Mode.ReturnsShort) return _cut(answer);
        if (mode == Mode.ReturnsDirty) return _soil(answer);
        if (mode == Mode.ReturnsLong) return bytes.concat(answer, bytes32(0));
    }

    /// @notice Both questions that a reader asks are answered in that way.
    function setMode(Mode mode) external {
        setModeOf(AggregatorV3Interface.latestRoundData.selector, mode);
        setModeOf(AggregatorV3Interface.decimals.selector, mode);
    }

    /// @notice One question is answered in that way.
    function setModeOf(bytes4 selector, Mode mode) public {
        _modes[selector] = mode;
    }

    /// @notice A new round, of now.
    function setAnswer(int256 answer) public {
        uint256 id = _round[0] + 1;
        setRound(id, answer, block.timestamp, block.timestamp, id);
    }

    /// @notice The present round; round numbers may be beyond their 80 bits.
    function setRound(uint256 id, int256 answer, uint256 startedAt, uint256 updatedAt, uint256 answeredInId) public {
        _round = [id, uint256(answer), startedAt, updatedAt, answeredInId];
    }

    /// @notice May be beyond 8 bits.
    function setDecimals(uint256 decimals_) external {
        _decimals = decimals_;
    }

    function setDescription(string calldata description_) external {
        _description = description_;
    }

    /// @notice Every answer uses up so much gas beforehand.
    function setWork(uint256 gas) external {
        _work = gas;
    }

    function _honest(bytes4 selector) private view returns (bytes memory) {
        if (
            selector == AggregatorV3Interface.latestRoundData.selector
                || selector == AggregatorV3Interface.getRoundData.selector
        ) return abi.encode(_round);
        if (selector == AggregatorV3Interface.decimals.selector) return abi.encode(_decimals);
        if (selector == AggregatorV3Interface.description.selector) return abi.encode(_description);
        require(selector == AggregatorV3Interface.version.selector, UnknownQuestion(selector));
        return abi.encode(uint256(1));
    }

    function _burn(uint256 gas) private view {
        uint256 start = gasleft();
        while (start - gasleft() < gas) {}
    }

    function _cut(bytes memory answer) private pure returns (bytes memory shorter) {
        shorter = new bytes(answer.length - 1);
        for (uint256 i = 0; i < shorter.length; ++i) {
            shorter[i] = answer[i];
        }
    }

    function _soil(bytes memory answer) private pure returns (bytes memory) {
        for (uint256 i = 0; i < answer.length; i += 32) {
            answer[i] ^= 0x80;
        }
        return answer;
    }
}
