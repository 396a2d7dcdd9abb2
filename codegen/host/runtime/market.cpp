#include "market.h"
#include <algorithm>
#include <cmath>

namespace host {

namespace {
const double SLACK = 1e-6;
}

double scale_of(int digits) {
    static const double POWERS[] = {1.0,   1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7, 1e8,
                                    1e9,   1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
    return POWERS[std::min(std::max(digits, 0), 15)];
}

double normalized(double value, int digits) {
    const double scale = scale_of(digits);
    const double rounded = std::floor(std::fabs(value) * scale + 0.5) / scale;
    return value < 0 && rounded > 0 ? -rounded : rounded;
}

double floor_slack(double x) { return std::floor(x + SLACK); }
double ceil_slack(double x) { return std::ceil(x - SLACK); }

double money(double x) {
    const double cents = std::floor(100.0 * std::fabs(x) + 0.5 + SLACK) / 100.0;
    return x < 0 && cents > 0 ? -cents : cents;
}

double Market::normal(double price) const { return normalized(price, symbol.digits); }

double Market::down_to_tick(double price) const {
    return normal(floor_slack(price / symbol.tick) * symbol.tick);
}

double Market::up_to_tick(double price) const {
    return normal(ceil_slack(price / symbol.tick) * symbol.tick);
}

size_t Market::conversion_row(int64_t time) const {
    const auto &times = conversion.time;
    const auto after = std::upper_bound(times.begin(), times.end(), time);
    return after == times.begin() ? 0 : static_cast<size_t>(after - times.begin()) - 1;
}

double Pricing::ask_beside(double bid, int spread) const {
    return market_.up_to_tick(bid + spread * market_.symbol.point);
}

double Pricing::closing(bool is_long, double bid, const Quote &quote) const {
    return is_long ? bid : ask_beside(bid, quote.spread);
}

double Pricing::fill(bool buys, double price) const {
    const double slippage = market_.costs.slippage * market_.symbol.point;
    if (buys)
        return market_.up_to_tick(price + slippage);
    return std::max(market_.symbol.tick, market_.down_to_tick(price - slippage));
}

double Pricing::rate(bool gain, double bid, double ask, size_t conversion) const {
    const std::string &deposit = market_.account.currency;
    if (market_.costs.tick_value > 0 || market_.symbol.profit_currency == deposit)
        return 1.0;
    if (market_.symbol.base_currency == deposit)
        return gain ? 1.0 / ask : 1.0 / bid;
    const Conversion &pair = market_.conversion;
    const double pair_bid = pair.bid[conversion], pair_ask = pair.ask[conversion];
    if (pair.inverse)
        return gain ? 1.0 / pair_ask : 1.0 / pair_bid;
    return gain ? pair_bid : pair_ask;
}

double Pricing::rate_now(bool gain, const Quote &quote) const {
    return rate(gain, quote.bid, quote.ask, quote.conversion);
}

double Pricing::margin_rate(const Quote &quote) const {
    const SymbolFacts &symbol = market_.symbol;
    if (market_.costs.tick_value > 0 && symbol.profit_currency != market_.account.currency)
        return market_.costs.tick_value / (symbol.contract_size * symbol.tick);
    return rate_now(false, quote);
}

double Pricing::point_value() const {
    if (market_.costs.tick_value > 0)
        return market_.costs.tick_value / std::round(market_.symbol.tick / market_.symbol.point);
    return market_.symbol.contract_size / scale_of(market_.symbol.digits);
}

double Pricing::points(double from, double to) const {
    return std::round((to - from) / market_.symbol.point);
}

double Pricing::profit(bool is_long, double volume, double entry, double price,
                       const Quote &q) const {
    const double gained = is_long ? points(entry, price) : points(price, entry);
    const double spread = q.spread * market_.symbol.point;
    const double bid = is_long ? price : std::max(market_.symbol.tick,
                                                  market_.down_to_tick(price - spread));
    const double ask = is_long ? ask_beside(price, q.spread) : price;
    return gained * volume * point_value() * rate(gained >= 0, bid, ask, q.conversion);
}

double Pricing::margin(double volume, double price, const Quote &quote) const {
    const SymbolFacts &symbol = market_.symbol;
    if (symbol.margin_mode == MarginMode::FUTURES)
        return volume * symbol.margin_per_lot;
    const double base = volume * symbol.contract_size / market_.account.leverage;
    if (symbol.margin_mode == MarginMode::FOREX &&
        symbol.base_currency == market_.account.currency)
        return base;
    return base * price * margin_rate(quote);
}

}  // namespace host
