#include "given.h"

namespace host {

namespace {

std::vector<Bar> bars_of(const HostBars &given) {
    const double scale = scale_of(given.digits);
    std::vector<Bar> bars;
    bars.reserve(static_cast<size_t>(given.count));
    for (int64_t i = 0; i < given.count; i++) {
        const auto price = [&](const int64_t *column) { return double(column[i]) / scale; };
        bars.push_back({given.time[i], price(given.open), price(given.high), price(given.low),
                        price(given.close), given.tick_volume[i], int(given.spread[i])});
    }
    return bars;
}

// The spread of every bar: its own, else the last known, else the default.
std::vector<int> spreads_of(const HostBars &given, int last_known) {
    std::vector<int> spreads;
    spreads.reserve(static_cast<size_t>(given.count));
    for (int64_t i = 0; i < given.count; i++) {
        if (given.spread[i] > 0)
            last_known = static_cast<int>(given.spread[i]);
        spreads.push_back(last_known);
    }
    return spreads;
}

Conversion conversion_of(const HostMarket &given) {
    Conversion conversion;
    conversion.inverse = given.conversion_inverse != 0;
    const HostBars &bars = given.conversion;
    const std::vector<int> spreads = spreads_of(bars, given.spread);
    for (int64_t i = 0; i < bars.count; i++) {
        const double scale = scale_of(bars.digits);
        conversion.time.push_back(bars.time[i]);
        conversion.bid.push_back(double(bars.open[i]) / scale);
        conversion.ask.push_back(double(bars.open[i] + spreads[static_cast<size_t>(i)]) / scale);
    }
    return conversion;
}

SymbolFacts symbol_of(const HostMarket &given) {
    SymbolFacts symbol;
    symbol.name = given.symbol;
    symbol.base_currency = given.base_currency;
    symbol.profit_currency = given.profit_currency;
    symbol.digits = given.digits;
    symbol.point = 1 / scale_of(given.digits);
    symbol.tick = given.tick_points / scale_of(given.digits);
    symbol.contract_size = given.contract_size;
    symbol.lots_min = given.lots_min;
    symbol.lots_max = given.lots_max;
    symbol.lots_step = given.lots_step;
    symbol.stops_level = given.stops_level;
    symbol.margin_mode = static_cast<MarginMode>(given.margin_mode);
    symbol.margin_per_lot = given.margin_per_lot;
    symbol.swap_mode = static_cast<SwapMode>(given.swap_mode);
    symbol.swap_long = given.swap_long;
    symbol.swap_short = given.swap_short;
    symbol.swap_triple_day = given.swap_triple_day;
    return symbol;
}

std::set<int> rows_of(const int64_t *rows, int64_t count) {
    std::set<int> chosen;
    for (int64_t i = 0; i < count; i++)
        chosen.insert(static_cast<int>(rows[i]));
    return chosen;
}

}  // namespace

Market market_of(const HostMarket &given, bool finer_ticks) {
    Market market;
    market.symbol = symbol_of(given);
    market.account = {given.deposit, given.leverage, given.stop_out, given.deposit_currency,
                      given.hedging != 0};
    market.costs = {given.slippage, given.commission, given.gap_at_market != 0,
                    static_cast<BothTouched>(given.both_touched), given.tick_value};
    if (finer_ticks)
        market.costs.both_touched = BothTouched::FINER;
    market.conversion = conversion_of(given);
    market.timeframe = given.bars.timeframe;
    market.finer_timeframe = given.finer.timeframe;
    market.bars = bars_of(given.bars);
    market.finer = bars_of(given.finer);
    market.spreads = spreads_of(given.bars, given.spread);
    return market;
}

Script script_of(const HostOptions &given) {
    Script script;
    for (int i = 0; i < given.answer_count; i++) {
        const HostAnswer &a = given.answers[i];
        script.answers.push_back({a.request, a.count, static_cast<uint>(a.code),
                                  static_cast<Executed>(a.executed)});
    }
    for (int i = 0; i < given.outage_count; i++)
        script.outages.push_back({given.outages[i].bar, given.outages[i].calls});
    script.late_until = given.late_until;
    script.late_rows = given.late_rows;
    script.restarts = rows_of(given.restarts, given.restart_count);
    script.silent = rows_of(given.silent, given.silent_count);
    script.closed = rows_of(given.closed, given.closed_count);
    script.ticks = given.ticks;
    script.live = given.live != 0;
    return script;
}

}  // namespace host
