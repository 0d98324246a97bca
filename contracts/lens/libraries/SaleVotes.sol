// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IShareMarket} from "../../../interfaces/market/IShareMarket.sol";

/// @title What the votes on a disputed sale come to
library SaleVotes {
    /// @dev What two of the three agree on.
    function decided(IShareMarket.Sale memory sale) internal pure returns (IShareMarket.Outcome) {
        (IShareMarket.Outcome seller, IShareMarket.Outcome buyer) = (sale.sellerVote, sale.buyerVote);
        if (seller == buyer || seller == sale.mediatorVote) return seller;
        return buyer == sale.mediatorVote ? buyer : IShareMarket.Outcome.None;
    }
}
