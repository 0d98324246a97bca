// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Base64} from "@openzeppelin/contracts/utils/Base64.sol";
import {Strings} from "@openzeppelin/contracts/utils/Strings.sol";

import {ICertificateRenderer} from "../../interfaces/property/ICertificateRenderer.sol";
import {ILienHolder} from "../../interfaces/property/ILienHolder.sol";
import {IShareCertificate} from "../../interfaces/property/IShareCertificate.sol";
import {CertificatePaper} from "./libraries/CertificatePaper.sol";
import {CivilTime} from "./libraries/CivilTime.sol";
import {Escaping} from "./libraries/Escaping.sol";
import {Figures} from "./libraries/Figures.sol";
import {Template} from "./libraries/Template.sol";

/// @title CertificateRenderer
/// @notice See {ICertificateRenderer}.
/// @dev The JSON is written here, the picture by `CertificatePaper`. Ids and addresses stand in full in the JSON and
/// shortened on the paper; amounts are exact in both.
/// @custom:kill Nothing to stop: it holds no state. The DAO replaces it at the certificate.
contract CertificateRenderer is ICertificateRenderer {
    // JSON is full of double quotes; escaping each would make it unreadable.
    // solhint-disable quotes

    /// @dev $a share, $b house, $c percent, $d image, $e attributes.
    string private constant TOKEN = '{"name":"Share $a, $b",'
        '"description":"Certificate of share $a ($c %) of the house $b.","image":"$d","attributes":[$e]}';

    /// @dev See `_paperAttributes`.
    string private constant PAPER = '{"trait_type":"Provider","value":"$a"},'
        '{"trait_type":"Provider property id","value":"$b"},'
        '{"display_type":"number","trait_type":"House number","value":$c},'
        '{"display_type":"number","trait_type":"Share number","value":$d},'
        '{"display_type":"number","trait_type":"Shares of the house","value":$e},'
        '{"display_type":"number","trait_type":"Percent","value":$f},'
        '{"display_type":"number","trait_type":"Millionths","value":$g},{"trait_type":"Property manager","value":"$h"},'
        '{"trait_type":"Owner","value":"$i"},{"trait_type":"Owner id","value":"$j"},'
        '{"trait_type":"Owner id issued by","value":"$k"},{$l},{"trait_type":"Currency","value":"$m"},'
        '{"trait_type":"Currency token","value":"$n"},{"display_type":"date","trait_type":"Acquired","value":$o},'
        '{"trait_type":"Acquired (UTC)","value":"$p"},{"display_type":"number","trait_type":"Moves","value":$q},'
        '{"trait_type":"Transaction reference","value":"$r"}';

    /// @dev See `_loanAttributes`.
    string private constant LOAN = ',{"trait_type":"Lender","value":"$a"},{"trait_type":"Loan amount","value":"$b"},'
        '{"trait_type":"Loan currency","value":"$c"},{"trait_type":"Loan currency token","value":"$d"},'
        '{"display_type":"number","trait_type":"Loan rate (percent a year)","value":$e},'
        '{"display_type":"date","trait_type":"Loan started","value":$f},{"trait_type":"Loan term","value":"$g"},'
        '{"trait_type":"Loan type","value":"$h"}';

    /// @dev $a image.
    string private constant COLLECTION = '{"name":"Commonhold Share Certificates","symbol":"SHARE",'
        '"description":"One certificate for each share of a co-owned house: who owns it and what rests on it.",'
        '"image":"$a"}';

    /// @inheritdoc ICertificateRenderer
    function tokenURI(IShareCertificate.Certificate calldata certificate) external view returns (string memory) {
        string[20] memory values;
        values[0] =
            string.concat(Strings.toString(certificate.shareNumber), " of ", Strings.toString(certificate.shareCount));
        values[1] =
            string.concat(Escaping.json(certificate.provider), " No. ", Escaping.json(certificate.providerPropertyId));
        values[2] = Figures.percent(certificate.millionths);
        values[3] = _imageUri(CertificatePaper.draw(certificate));
        values[4] =
            string.concat(_paperAttributes(certificate), _lienAttributes(certificate), _leaseAttributes(certificate));
        return _jsonUri(Template.fill(TOKEN, values));
    }

    /// @inheritdoc ICertificateRenderer
    function contractURI() external pure returns (string memory) {
        string[20] memory values;
        values[0] = _imageUri(CertificatePaper.drawCollection());
        return _jsonUri(Template.fill(COLLECTION, values));
    }

    /// @inheritdoc ICertificateRenderer
    function svg(IShareCertificate.Certificate calldata certificate) external view returns (string memory) {
        return CertificatePaper.draw(certificate);
    }

    /* ATTRIBUTES */

    /// @dev What stands in `PAPER`, $a first.
    function _paperAttributes(IShareCertificate.Certificate calldata certificate) private view returns (string memory) {
        string[20] memory values;
        values[0] = Escaping.json(certificate.provider);
        values[1] = Escaping.json(certificate.providerPropertyId);
        values[2] = Strings.toString(certificate.propertyId.raw());
        values[3] = Strings.toString(certificate.shareNumber);
        values[4] = Strings.toString(certificate.shareCount);
        values[5] = Figures.percent(certificate.millionths);
        values[6] = Strings.toString(certificate.millionths);
        values[7] = Strings.toChecksumHexString(certificate.manager);
        values[8] = Strings.toChecksumHexString(certificate.owner);
        values[9] = Strings.toHexString(uint256(certificate.ownerId), 32);
        values[10] = Strings.toChecksumHexString(certificate.ownerIdIssuer);
        values[11] = _price(certificate.priceUsd);
        values[12] = Escaping.json(Figures.currency(certificate.priceUsd, certificate.currency));
        values[13] = Strings.toChecksumHexString(certificate.currency);
        values[14] = Strings.toString(certificate.acquiredAt);
        values[15] = CivilTime.utc(certificate.acquiredAt);
        values[16] = Strings.toString(certificate.moveNumber);
        values[17] = Strings.toHexString(uint256(certificate.transactionReference), 32);
        return Template.fill(PAPER, values);
    }

    /// @dev An exact number, or the word that there is none.
    function _price(uint256 priceUsd) private pure returns (string memory) {
        string memory trait = '"trait_type":"Acquisition price (US dollars)","value":';
        if (priceUsd == 0) return string.concat(trait, '"not recorded"');
        return string.concat('"display_type":"number",', trait, Figures.decimal(priceUsd, Figures.USD_DECIMALS, 2, ""));
    }

    function _lienAttributes(IShareCertificate.Certificate calldata certificate) private view returns (string memory) {
        if (certificate.lienHolder == address(0)) return _attribute("Lien", "none");
        string memory holder = _attribute("Lien holder", Strings.toChecksumHexString(certificate.lienHolder));
        if (!certificate.loanTermsKnown) return string.concat(_attribute("Lien", "terms not told"), holder);
        return string.concat(_attribute("Lien", "loan"), holder, _loanAttributes(certificate.loan));
    }

    /// @dev What stands in `LOAN`, $a first.
    function _loanAttributes(ILienHolder.Terms calldata loan) private view returns (string memory) {
        string[20] memory values;
        values[0] = Strings.toChecksumHexString(loan.lender);
        values[1] = Escaping.json(Figures.amount(loan.amount, loan.currency));
        values[2] = Escaping.json(Figures.currency(loan.amount, loan.currency));
        values[3] = Strings.toChecksumHexString(loan.currency);
        values[4] = Figures.decimal(loan.rateBps, 2, 2, "");
        values[5] = Strings.toString(loan.startedAt);
        values[6] = CivilTime.period(loan.termPeriod);
        values[7] = Escaping.json(Escaping.clipped(loan.kind, 64));
        return Template.fill(LOAN, values);
    }

    function _leaseAttributes(IShareCertificate.Certificate calldata certificate) private pure returns (string memory) {
        if (certificate.leaseHolder == address(0)) return _attribute("Lease", "none");
        return string.concat(
            _attribute("Lease", "leased"),
            _attribute("Lease holder", Strings.toChecksumHexString(certificate.leaseHolder))
        );
    }

    /// @dev One more attribute. Both texts are safe for JSON.
    function _attribute(string memory trait, string memory value) private pure returns (string memory) {
        return string.concat(',{"trait_type":"', trait, '","value":"', value, '"}');
    }

    /* ENCODING */

    function _imageUri(string memory image) private pure returns (string memory) {
        return string.concat("data:image/svg+xml;base64,", Base64.encode(bytes(image)));
    }

    function _jsonUri(string memory json) private pure returns (string memory) {
        return string.concat("data:application/json;base64,", Base64.encode(bytes(json)));
    }
}
