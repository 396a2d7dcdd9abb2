// What the test is given: bars, symbol, account, costs; and how prices, rates and money are
// computed from them. Prices are doubles in quote currency, rounded to the symbol's digits.
#pragma once
#include "structs.h"
#include "timeseries.h"
#include <string>
#include <vector>

namespace host {

enum class MarginMode { FOREX, CFD, FUTURES };
enum class SwapMode { NONE, POINTS, CURRENCY };
enum class BothTouched { PESSIMISTIC, OPTIMISTIC, PATH, FINER };

struct SymbolFacts {
    std::string name, base_currency, profit_currency;
    int digits;
    double point, tick, contract_size, lots_min, lots_max, lots_step;
    int stops_level;  // points
    MarginMode margin_mode;
    double margin_per_lot;
    SwapMode swap_mode;
    double swap_long, swap_short;
    int swap_triple_day;  // 0 Sunday .. 6 Saturday
};
struct AccountFacts {
    double deposit, leverage, stop_out;  // stop_out: percent of margin, 0 for none
    std::string currency;
    bool hedging;
};
struct Costs {
    int slippage;       // points
    double commission;  // deposit currency, per lot and deal
    bool gap_at_market; // a stop beyond which a bar opens fills at the open, else at its level
    BothTouched both_touched;
    double tick_value;  // deposit currency per tick and lot, 0: computed
};
// Quotes of the pair that turns profit currency into deposit currency.
struct Conversion {
    std::vector<int64_t> time;
    std::vector<double> bid, ask;
    bool inverse = false;
};

struct Market {
    SymbolFacts symbol;
    AccountFacts account;
    Costs costs;
    Conversion conversion;
    int timeframe = 0, finer_timeframe = 0;  // seconds
    std::vector<Bar> bars, finer;
    std::vector<int> spreads;  // points, for every bar: its own, the last known, or the default

    double price_slack() const { return 1e-4 * symbol.point; }  // prices nearer than this are equal
    double normal(double price) const;  // to the symbol's digits
    double down_to_tick(double price) const;
    double up_to_tick(double price) const;
    // Row of the conversion series whose quotes hold at a time.
    size_t conversion_row(int64_t time) const;
};

// The quote of a moment.
struct Quote {
    double bid = 0, ask = 0;
    int spread = 0;        // points
    size_t conversion = 0; // row of the conversion series
};

double scale_of(int digits);
double normalized(double value, int digits);
double floor_slack(double x);
double ceil_slack(double x);
// Whole cents, half away from zero.
double money(double x);

// Money and prices at a quote.
class Pricing {
public:
    explicit Pricing(const Market &market) : market_(market) {}
    double ask_beside(double bid, int spread) const;
    // What a position closes at when the bid is `bid`.
    double closing(bool is_long, double bid, const Quote &quote) const;
    // Price of an order that buys or sells at the market quote, slippage included.
    double fill(bool buys, double price) const;
    // Deposit currency per unit of profit currency, at the worse side.
    double rate(bool gain, double bid, double ask, size_t conversion) const;
    double rate_now(bool gain, const Quote &quote) const;
    // The rate for margins: what a fixed tick value stands for, where there is one.
    double margin_rate(const Quote &quote) const;
    // Deposit currency per point and lot, before the rate.
    double point_value() const;
    double points(double from, double to) const;
    // Unrounded profit of a position that closes at `price`.
    double profit(bool is_long, double volume, double entry, double price, const Quote &q) const;
    double margin(double volume, double price, const Quote &quote) const;

private:
    const Market &market_;
};

}  // namespace host
