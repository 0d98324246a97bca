// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC721Receiver} from "@openzeppelin/contracts/token/ERC721/IERC721Receiver.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";

/// @title A hostile owner: uses the moment in which it receives a share
/// @notice In `onERC721Received` it makes the calls it was armed with, into the certificate, the income, the coin or
/// any view of them, and keeps what each answered. Between times it acts as a plain wallet.
contract TestReentrantOwner is IERC721Receiver {
    /// @notice A call to make in the hook.
    struct Call {
        address target;
        bytes data;
    }

    /// @notice What a call in the hook answered: its return data, or its revert data if not `succeeded`.
    struct Answer {
        bool succeeded;
        bytes data;
    }

    /// @notice Thrown by the hook if it was told to refuse.
    error Refused(uint256 tokenId);

    Call[] private _calls;
    Answer[] private _answers;
    bool private _refuses;

    /// @notice What the hook does from now on; forgets earlier answers. Anyone: it is a test's puppet.
    /// @param calls Made in order, whatever the ones before answered.
    /// @param refuses Whether the hook reverts in the end, and with it all that the calls did.
    function arm(Call[] calldata calls, bool refuses) external {
        delete _calls;
        delete _answers;
        for (uint256 i = 0; i < calls.length; ++i) {
            _calls.push(calls[i]);
        }
        _refuses = refuses;
    }

    /// @notice Makes one call as this wallet and passes on what it answers.
    function execute(address target, bytes calldata data) external returns (bytes memory) {
        return Address.functionCall(target, data);
    }

    /// @inheritdoc IERC721Receiver
    function onERC721Received(address, address, uint256 tokenId, bytes calldata) external returns (bytes4) {
        for (uint256 i = 0; i < _calls.length; ++i) {
            (bool succeeded, bytes memory answer) = _calls[i].target.call(_calls[i].data);
            _answers.push(Answer(succeeded, answer));
        }
        require(!_refuses, Refused(tokenId));
        return IERC721Receiver.onERC721Received.selector;
    }

    /// @notice What the calls of the last hooks answered, in order.
    function answers() external view returns (Answer[] memory) {
        return _answers;
    }
}
