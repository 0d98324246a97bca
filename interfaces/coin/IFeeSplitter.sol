// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {IRequirements} from "../access/IRequirements.sol";
import {ICredentialRegistry} from "../identity/ICredentialRegistry.sol";
import {PropertyId} from "../property/Ids.sol";
import {IPropertyRegistry} from "../property/IPropertyRegistry.sol";
import {ITreasury} from "./ITreasury.sol";

/// @title Who gets what of a fee
/// @notice Every fee but a redemption's is divided into 10,000 equal parts of whole wei. The mortgage company, the
/// registration provider of the house and the DAO get as many as their basis points say; the reserve gets the others
/// and what the division left over (less than 10,000 wei), and its part is burned into equity in the same call. While
/// the assets don't cover the coins, the whole fee is the reserve's. What the others get waits here until they pull it.
/// Interest is not a fee.
/// @dev Amounts are wei of coin. A party is owed, not an address: when a payee is replaced, or a provider gets its first
/// one, what has come together goes to the new one. So a payee that is missing, lost or refuses coins holds up nothing.
/// Laws: what each party is owed = its basis points x parts of all fees that were split - what it claimed, to the wei;
/// `totalOwed` is the sum of that over all, and never more than the coins that lie here.
interface IFeeSplitter is IRequirements {
    /// @notice What a fee is for.
    enum FeeKind {
        Origination,
        Late,
        Sale,
        Lease,
        Vendor
    }

    /// @notice Those with one payee for all houses; providers have one each.
    enum Party {
        MortgageCompany,
        Dao
    }

    /// @notice Parts of a fee in basis points; together 10,000.
    struct Split {
        uint16 reserveBps;
        uint16 mortgageCompanyBps;
        uint16 providerBps;
        uint16 daoBps;
    }

    /// @notice The contracts that it works with.
    struct SplitterPeers {
        IERC20 coin;
        ITreasury treasury;
        IPropertyRegistry registry;
        ICredentialRegistry credentials;
    }

    /// @notice Emitted when a fee came in; `toReserve` of it was burned into equity, and the rest split: as much to each
    /// other party as `quote` says.
    event FeePaid(
        PropertyId indexed propertyId, FeeKind indexed kind, address indexed from, uint256 amount, uint256 toReserve
    );

    /// @notice Emitted when a party's payee took what it was owed; `to` got it.
    event FeesClaimed(Party indexed party, address indexed to, uint256 amount);

    /// @notice Emitted when a provider's payee did.
    event ProviderFeesClaimed(bytes32 indexed providerKey, address indexed to, uint256 amount);

    /// @notice Emitted when coins that somebody had sent by himself were burned into equity.
    event Skimmed(address indexed caller, uint256 amount);

    /// @notice Emitted when the payee of a party was written.
    event PayeeSet(Party indexed party, address indexed previous, address indexed payee);

    /// @notice Emitted when the payee of `provider` was written.
    event ProviderPayeeSet(
        bytes32 indexed providerKey, string provider, address indexed previous, address indexed payee
    );

    /// @notice Thrown at construction when the parts are not the whole.
    error SplitsDoNotTotal(uint256 totalBps, uint256 wholeBps);
    /// @notice Thrown when a fee is nothing.
    error NoFee(PropertyId propertyId, FeeKind kind);
    /// @notice Thrown when a house is not registered, so that nobody knows its provider.
    error UnknownHouse(PropertyId propertyId);
    /// @notice Thrown when a provider's name has no letter or digit.
    error UnreadableProvider(string provider);
    /// @notice Thrown when `caller` is not the payee; `payee` is, in his wallet of today; zero if there is none.
    error NotPayee(address caller, address payee);
    /// @notice Thrown when nothing is owed.
    error NothingOwed();
    /// @notice Thrown when no more coins lie here than are owed.
    error NothingToSkim(uint256 held, uint256 owed);

    /* FEES */

    /// @notice Takes a fee from the caller, who allowed it, and splits it. Anyone. Nothing stops it: it needs neither
    /// payees nor a valid price.
    /// @param propertyId The house whose provider has a part in it.
    /// @param amount Wei, above 0.
    /// @return toReserve Wei of it that were burned into equity.
    function pay(PropertyId propertyId, FeeKind kind, uint256 amount) external returns (uint256 toReserve);

    /// @notice Burns into equity what somebody sent without a call: it belongs to no party. Anyone.
    function skim() external returns (uint256 amount);

    /* PAYEES */

    /// @notice Pays a party all that it is owed. Its payee, in his wallet of today; to any address.
    function claim(Party party, address to) external returns (uint256 amount);

    /// @notice Pays a provider all that it is owed. Its payee, in his wallet of today; to any address.
    function claimAsProvider(bytes32 providerKey, address to) external returns (uint256 amount);

    /// @notice Writes who may claim for a party, also what it is owed already; zero for nobody. The DAO's.
    function setPayee(Party party, address payee) external;

    /// @notice The same for a provider, by its name. The DAO's.
    function setProviderPayee(string calldata provider, address payee) external;

    /* VIEWS */

    /// @notice What each would get of a fee that was paid now; together `amount`.
    function quote(uint256 amount)
        external
        view
        returns (uint256 toReserve, uint256 toMortgageCompany, uint256 toProvider, uint256 toDao);

    /// @notice The parts, fixed for ever: others need a successor.
    function split() external view returns (Split memory);

    /// @notice What a party may claim.
    function owedTo(Party party) external view returns (uint256);

    /// @notice What a provider may claim.
    function owedToProvider(bytes32 providerKey) external view returns (uint256);

    /// @notice What all of them together may claim.
    function totalOwed() external view returns (uint256);

    /// @notice Who may claim for a party, as he was written; zero if nobody.
    function payeeOf(Party party) external view returns (address);

    /// @notice Who may claim for a provider, as he was written; zero if nobody.
    function payeeOfProvider(bytes32 providerKey) external view returns (address);

    /// @notice A provider's key: the hash of its name in the registry's parted spelling, so that capitals, spaces and
    /// punctuation don't make another provider; zero for a name without letters and digits.
    function providerKey(string memory provider) external view returns (bytes32);

    /// @notice Key of a house's provider; zero if the house is not registered.
    function providerKeyOf(PropertyId propertyId) external view returns (bytes32);
}
