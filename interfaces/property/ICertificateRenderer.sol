// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IShareCertificate} from "./IShareCertificate.sol";

/// @title The paper: JSON and SVG of a certificate, on chain
/// @notice Stateless and replaceable. All text from outside is escaped for JSON and XML.
interface ICertificateRenderer {
    /// @notice Metadata of one certificate as a `data:application/json;base64,` URI with an SVG image.
    function tokenURI(IShareCertificate.Certificate calldata certificate) external view returns (string memory);

    /// @notice Metadata of the collection (ERC-7572) as a `data:application/json;base64,` URI.
    function contractURI() external view returns (string memory);

    /// @notice The certificate's image alone, as SVG text.
    function svg(IShareCertificate.Certificate calldata certificate) external view returns (string memory);
}
