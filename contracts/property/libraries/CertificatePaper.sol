// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Bytes} from "@openzeppelin/contracts/utils/Bytes.sol";
import {Strings} from "@openzeppelin/contracts/utils/Strings.sol";

import {ILienHolder} from "../../../interfaces/property/ILienHolder.sol";
import {IShareCertificate} from "../../../interfaces/property/IShareCertificate.sol";
import {CivilTime} from "./CivilTime.sol";
import {Escaping} from "./Escaping.sol";
import {Figures} from "./Figures.sol";
import {Template} from "./Template.sol";

/// @title The picture of a certificate, as SVG
/// @notice A sheet of 1200 x 816: engine-turned border, the sentence that certifies, a table of facts, what rests on the
/// share, seal. It refers to nothing outside itself.
/// @dev Every text that a contract or person chose goes through `Escaping.xml`. "$a" and so on are explained at the
/// function that fills a template.
library CertificatePaper {
    /// @dev Paper, border and watermark; opens the group that `END` closes. $a ink.
    /// The border's tiles of 24 show circles that interlace; it is 48 tiles wide and 32 high, so that they meet.
    string private constant SHEET = "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 1200 816'><defs>"
        "<pattern id='tile' width='24' height='24' patternUnits='userSpaceOnUse' x='24' y='24'>"
        "<g fill='none' stroke='$a' stroke-width='.7'><g id='ring'><circle r='12'/><circle r='17'/></g>"
        "<use href='#ring' x='24'/><use href='#ring' y='24'/><use href='#ring' x='24' y='24'/>"
        "<circle cx='12' cy='12' r='12'/><circle cx='12' cy='12' r='5'/></g></pattern>"
        "<radialGradient id='paper' r='.75'><stop stop-color='#fffdf5'/><stop offset='1' stop-color='#f1e6c8'/>"
        "</radialGradient><radialGradient id='gold' cx='.35' cy='.3' r='.9'><stop stop-color='#f9e8ae'/>"
        "<stop offset='1' stop-color='#b88a2b'/></radialGradient><g id='rose' fill='none' stroke='$a'><g id='p8'><g id='p4'>"
        "<g id='p2'><ellipse id='p1' rx='40' ry='16'/><use href='#p1' transform='rotate(90)'/></g>"
        "<use href='#p2' transform='rotate(45)'/></g><use href='#p4' transform='rotate(22.5)'/></g>"
        "<use href='#p8' transform='rotate(11.25)'/></g>"
        "<g id='corner'><circle r='42' fill='#fbf5e2' stroke='$a' stroke-width='1.5'/>"
        "<use href='#rose' stroke-opacity='.45'/><circle r='25' fill='#fbf5e2'/></g></defs>"
        "<rect width='1200' height='816' fill='url(#paper)'/>"
        "<g fill='$a' font-family='Georgia,Times New Roman,DejaVu Serif,serif'>"
        "<path d='M24 24H1176V792H24zM72 72V744H1128V72z' fill='url(#tile)'/>"
        "<path d='M24 24H1176V792H24zM72 72H1128V744H72z' fill='none' stroke='$a' stroke-width='2.5'/>"
        "<path d='M80 80H1120V736H80z' fill='none' stroke='$a' stroke-width='.8'/>"
        "<use href='#rose' transform='translate(600 412) scale(7.5)' stroke-width='.15' stroke-opacity='.14'/>"
        "<use href='#corner' x='52' y='52'/><use href='#corner' x='1148' y='52'/>"
        "<use href='#corner' x='52' y='764'/><use href='#corner' x='1148' y='764'/>";

    /// @dev Green, blue, burgundy, sepia, violet, teal.
    string private constant INKS = "#1f4d3a#1d3f6e#6b1f2e#5a3a1a#43306b#1f4f58";

    string private constant END = "</g></svg>";

    /// @dev See `_words`.
    string private constant WORDS = "<g text-anchor='middle' font-weight='bold' font-size='$t'><text x='52' y='58'>$c</text>"
        "<text x='1148' y='58'>$c</text><text x='52' y='770'>$c</text><text x='1148' y='770'>$c</text></g>"
        "<g text-anchor='middle'><text x='600' y='138' font-size='17' letter-spacing='9'>COMMONHOLD</text>"
        "<text x='600' y='200' font-size='54' letter-spacing='2'>Share Certificate</text>"
        "<path d='M330 226H575M625 226H870M600 218l12 8-12 8-12-8z' stroke='$s'/><g font-size='18'>"
        "<text x='600' y='272'>This certifies that the holder of the anonymous identity</text>"
        "<text x='600' y='342'>owns share $d, being $e % of the house</text></g>"
        "<text x='600' y='308' font-size='22' font-weight='bold' font-family='monospace'>"
        "$f</text><text x='600' y='388' font-size='$g' font-weight='bold'>$h</text></g>"
        "<path d='M118 422H1082M118 606H1082' stroke='$s' stroke-opacity='.5'/>"
        "<g font-size='11' letter-spacing='1.5' fill='#7a6f58'><text x='130' y='124'>CERTIFICATE No. $a</text>"
        "<text x='1070' y='124' text-anchor='end'>HOUSE No. $b</text>"
        "<text x='130' y='452'>ACQUISITION PRICE</text><text x='455' y='452'>PAID IN</text>"
        "<text x='780' y='452'>ACQUIRED</text><text x='130' y='506'>WALLET OF THE OWNER</text>"
        "<text x='455' y='506'>IDENTITY ISSUED BY</text><text x='780' y='506'>PROPERTY MANAGER</text>"
        "<text x='130' y='560'>TRANSACTION REFERENCE</text><text x='780' y='560'>MOVES SINCE ISSUE</text></g>"
        "<g font-size='18'><text x='130' y='475' font-size='$i'>$j</text><text x='455' y='475' font-size='$k'>$l</text>"
        "<text x='780' y='475'>$m</text><text x='130' y='529'>$n</text><text x='455' y='529'>$o</text>"
        "<text x='780' y='529'>$p</text><text x='780' y='583'>$q</text></g>"
        "<text x='130' y='582' font-size='14' font-family='monospace'>$r</text>"
        "<text x='600' y='727' text-anchor='middle' font-size='11' font-style='italic' fill='#7a6f58'>"
        "Drawn from the records of the chain. The token is the certificate; this sheet is its likeness.</text>";

    /// @dev $a percent, $b "share 3 of 8".
    string private constant SEAL = "<g transform='translate(966 672)' text-anchor='middle'>"
        "<path d='M-38 40l-12 78 22-12 18 18 10-84zM38 40l12 78-22-12-18 18-10-84z' fill='#9b2d20'/>"
        "<circle r='64' fill='url(#gold)' stroke='#c79a3b' stroke-width='12' stroke-dasharray='9.75 7'/><g fill='none' stroke='#7c5a14'><circle r='56'/>"
        "<circle r='52' stroke-width='.6'/></g><g fill='#5b400a'><text y='-20' font-size='9' letter-spacing='1'>COMMONHOLD</text>"
        "<text y='6' font-size='17' font-weight='bold'>$a %</text><text y='25' font-size='11'>$b</text></g></g>";

    /// @dev $a to $i: sizes and values of the fields, see `_lien`.
    string private constant LOAN = "<g font-size='11' letter-spacing='1.5' fill='#7a6f58'><text x='130' y='654'>LENDER</text>"
        "<text x='300' y='654'>AMOUNT</text><text x='510' y='654'>RATE A YEAR</text><text x='630' y='654'>TERM</text>"
        "<text x='740' y='654'>TYPE</text></g><g font-size='17'><text x='130' y='677'>$a</text>"
        "<text x='300' y='677' font-size='$b'>$c</text><text x='510' y='677' font-size='$d'>$e</text>"
        "<text x='630' y='677' font-size='$f'>$g</text><text x='740' y='677' font-size='$h'>$i</text></g>";

    /// @dev Around what is told of a lien.
    string private constant LIEN_BOX = "<rect x='118' y='614' width='740' height='76' rx='6' fill='#fff' fill-opacity='.6' stroke='#9b2d20'/>"
        "<text x='130' y='633' font-size='11' letter-spacing='1.5' font-weight='bold' fill='#9b2d20'>SUBJECT TO A LIEN</text>";

    /// @dev A stamp beside the sentence, and a line. $a holder of the lease.
    string private constant LEASE = "<g transform='translate(990 300) rotate(-14)' fill='#9b2d20' opacity='.8'>"
        "<rect x='-88' y='-25' width='176' height='50' rx='8' stroke='#9b2d20' stroke-width='3' fill='none'/>"
        "<text y='10' text-anchor='middle' font-size='28' letter-spacing='4' font-weight='bold'>LEASED</text></g>"
        "<text x='130' y='707' font-size='12' fill='#9b2d20'>Under a lease held by $a.</text>";

    string private constant FREE = "<text x='130' y='652' font-size='20' font-style='italic'>Free of ";

    /// @dev The sheet of a certificate.
    function draw(IShareCertificate.Certificate calldata certificate) internal view returns (string memory) {
        // Certificates of one house share a colour; those of houses registered one after the other differ.
        uint256 colour = 7 * (certificate.propertyId.raw() % 6);
        string memory ink = string(Bytes.slice(bytes(INKS), colour, colour + 7));
        string[20] memory seal;
        seal[0] = Figures.percent(certificate.millionths);
        seal[1] = string.concat("share ", _ratio(certificate, " of "));
        return string.concat(
            _sheet(ink),
            Template.fill(WORDS, _words(certificate, ink)),
            _encumbrances(certificate),
            Template.fill(SEAL, seal),
            END
        );
    }

    /// @dev The sheet of the collection.
    function drawCollection() internal pure returns (string memory) {
        return string.concat(
            _sheet("#1f4d3a"),
            "<g text-anchor='middle'><text x='600' y='412' font-size='80' letter-spacing='14'>COMMONHOLD</text>",
            "<text x='600' y='474' font-size='34' font-style='italic'>Share Certificates</text></g>",
            END
        );
    }

    /* PARTS OF THE SHEET */

    function _sheet(string memory ink) private pure returns (string memory) {
        string[20] memory values;
        values[0] = ink;
        return Template.fill(SHEET, values);
    }

    /// @dev What stands in `WORDS`, $a first.
    function _words(IShareCertificate.Certificate calldata certificate, string memory ink)
        private
        view
        returns (string[20] memory values)
    {
        string memory house = string.concat(certificate.provider, " No. ", certificate.providerPropertyId);
        string memory price = certificate.priceUsd == 0 ? "not recorded" : Figures.usd(certificate.priceUsd);
        string memory currency = Figures.currency(certificate.priceUsd, certificate.currency);
        values[0] = Strings.toString(certificate.shareId.raw());
        values[1] = Strings.toString(certificate.propertyId.raw());
        values[2] = _ratio(certificate, "/");
        values[3] = _ratio(certificate, " of ");
        values[4] = Figures.percent(certificate.millionths);
        values[5] = certificate.ownerId == 0 ? "not on record" : Figures.shortBytes32(certificate.ownerId);
        values[6] = _size(house, 30, 920);
        values[7] = Escaping.xml(house);
        values[8] = _size(price, 18, 305);
        values[9] = price;
        values[10] = _size(currency, 18, 305);
        values[11] = Escaping.xml(currency);
        values[12] = CivilTime.utc(certificate.acquiredAt);
        values[13] = Figures.shortAddress(certificate.owner);
        values[14] = Figures.shortAddress(certificate.ownerIdIssuer);
        values[15] = Figures.shortAddress(certificate.manager);
        values[16] = Strings.toString(certificate.moveNumber);
        values[17] = Strings.toHexString(uint256(certificate.transactionReference), 32);
        values[18] = ink;
        values[19] = _size(values[2], 17, 60);
    }

    /// @dev Lien and lease, or that the share is free of them.
    function _encumbrances(IShareCertificate.Certificate calldata certificate) private view returns (string memory) {
        bool liened = certificate.lienHolder != address(0);
        if (certificate.leaseHolder == address(0)) {
            return liened ? _lien(certificate) : string.concat(FREE, "lien and lease.</text>");
        }
        string[20] memory leaseValues;
        leaseValues[0] = Figures.shortAddress(certificate.leaseHolder);
        return string.concat(
            liened ? _lien(certificate) : string.concat(FREE, "lien.</text>"), Template.fill(LEASE, leaseValues)
        );
    }

    function _lien(IShareCertificate.Certificate calldata certificate) private view returns (string memory) {
        if (!certificate.loanTermsKnown) {
            return string.concat(
                LIEN_BOX,
                "<text x='130' y='671' font-size='17'>Held by ",
                Figures.shortAddress(certificate.lienHolder),
                ", which does not tell its terms.</text>"
            );
        }
        ILienHolder.Terms calldata loan = certificate.loan;
        string[20] memory values;
        values[0] = Figures.shortAddress(loan.lender);
        string memory amount = Figures.amount(loan.amount, loan.currency);
        string memory kind = Escaping.clipped(loan.kind, 24);
        values[1] = _size(amount, 17, 200);
        values[2] = Escaping.xml(amount);
        values[4] = string.concat(Figures.decimal(loan.rateBps, 2, 2, ""), " %");
        values[3] = _size(values[4], 17, 110);
        values[6] = CivilTime.period(loan.termPeriod);
        values[5] = _size(values[6], 17, 100);
        values[7] = _size(kind, 17, 112);
        values[8] = Escaping.xml(kind);
        return string.concat(LIEN_BOX, Template.fill(LOAN, values));
    }

    /* VALUES */

    /// @dev "3/8", "3 of 8".
    function _ratio(IShareCertificate.Certificate calldata certificate, string memory link)
        private
        pure
        returns (string memory)
    {
        return string.concat(Strings.toString(certificate.shareNumber), link, Strings.toString(certificate.shareCount));
    }

    /// @dev The value of an attribute `font-size` with which `text` fits `width`, a letter being 0.62 of the size wide.
    /// What has to be smaller than `largest` is also held to the width, whatever its letters are.
    function _size(string memory text, uint256 largest, uint256 width) private pure returns (string memory) {
        uint256 length = bytes(text).length;
        if (62 * largest * length <= 100 * width) return Strings.toString(largest);
        return string.concat(
            Strings.toString(1 + 100 * width / (62 * length)),
            "' lengthAdjust='spacingAndGlyphs' textLength='",
            Strings.toString(width)
        );
    }
}
