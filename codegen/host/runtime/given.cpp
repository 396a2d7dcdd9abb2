#include "given.h"

namespace host {

namespace {

// A series as it is sent: prices in points.
struct GivenBars {
    std::vector<int64_t> time, open, high, low, close, tick_volume, spread;
    int timeframe;
    double scale;

    GivenBars(const Message &given, const std::string &name)
        : time(given.integers(name + ".time")), open(given.integers(name + ".open")),
          high(given.integers(name + ".high")), low(given.integers(name + ".low")),
          close(given.integers(name + ".close")),
          tick_volume(given.integers(name + ".tick_volume")),
          spread(given.integers(name + ".spread")), timeframe(given.number(name + ".timeframe")),
          scale(scale_of(given.number(name + ".digits"))) {
        for (const auto *column : {&open, &high, &low, &close, &tick_volume, &spread}) {
            if (column->size() != time.size())
                throw Misunderstood("columns of '" + name + "' are of different lengths");
        }
    }
    double price(int64_t points) const { return static_cast<double>(points) / scale; }
};

std::vector<Bar> bars_of(const GivenBars &given) {
    std::vector<Bar> bars;
    bars.reserve(given.time.size());
    for (size_t i = 0; i < given.time.size(); i++) {
        bars.push_back({given.time[i], given.price(given.open[i]), given.price(given.high[i]),
                        given.price(given.low[i]), given.price(given.close[i]),
                        given.tick_volume[i], static_cast<int>(given.spread[i])});
    }
    return bars;
}

// The spread of every bar: its own, else the last known, else the default.
std::vector<int> spreads_of(const GivenBars &given, int last_known) {
    std::vector<int> spreads;
    spreads.reserve(given.spread.size());
    for (const int64_t spread : given.spread) {
        if (spread > 0)
            last_known = static_cast<int>(spread);
        spreads.push_back(last_known);
    }
    return spreads;
}

Conversion conversion_of(const Message &given) {
    Conversion conversion;
    conversion.inverse = given.truth("conversion_inverse");
    const GivenBars bars(given, "conversion");
    const std::vector<int> spreads = spreads_of(bars, given.number("spread"));
    for (size_t i = 0; i < bars.time.size(); i++) {
        conversion.time.push_back(bars.time[i]);
        conversion.bid.push_back(bars.price(bars.open[i]));
        conversion.ask.push_back(bars.price(bars.open[i] + spreads[i]));
    }
    return conversion;
}

SymbolFacts symbol_of(const Message &given) {
    SymbolFacts symbol;
    symbol.name = given.text("symbol");
    symbol.base_currency = given.text("base_currency");
    symbol.profit_currency = given.text("profit_currency");
    symbol.digits = given.number("digits");
    symbol.point = 1 / scale_of(symbol.digits);
    symbol.tick = given.number("tick_points") / scale_of(symbol.digits);
    symbol.contract_size = given.real("contract_size");
    symbol.lots_min = given.real("lots_min");
    symbol.lots_max = given.real("lots_max");
    symbol.lots_step = given.real("lots_step");
    symbol.stops_level = given.number("stops_level");
    symbol.margin_mode = static_cast<MarginMode>(given.number("margin_mode"));
    symbol.margin_per_lot = given.real("margin_per_lot");
    symbol.swap_mode = static_cast<SwapMode>(given.number("swap_mode"));
    symbol.swap_long = given.real("swap_long");
    symbol.swap_short = given.real("swap_short");
    symbol.swap_triple_day = given.number("swap_triple_day");
    return symbol;
}

std::set<int> rows_of(const Message &given, const std::string &name) {
    std::set<int> chosen;
    for (const int64_t row : given.integers(name))
        chosen.insert(static_cast<int>(row));
    return chosen;
}

std::vector<int> numbers_of(const Message &given, const std::string &name) {
    std::vector<int> found;
    for (const int64_t number : given.integers(name))
        found.push_back(static_cast<int>(number));
    return found;
}

void read_tables(const Message &given, Script &script) {
    const auto column = [&](const std::string &name) { return numbers_of(given, name); };
    const auto rows = column("histories.rows");
    for (const int bar : column("histories.bar"))
        script.histories.push_back({bar, rows.at(script.histories.size())});
    const auto action = column("hands.action"), stop = column("hands.stop"),
               target = column("hands.target");
    for (const int bar : column("hands.bar")) {
        const size_t i = script.hands.size();
        script.hands.push_back({bar, static_cast<ByHand>(action.at(i)), stop.at(i), target.at(i)});
    }
    const auto cents = given.integers("deposits.cents");
    for (const int bar : column("deposits.bar")) {
        const double amount = static_cast<double>(cents.at(script.deposits.size())) / 100.0;
        script.deposits.push_back({bar, amount});
    }
    const auto seconds = column("late_starts.seconds"), ticks = column("late_starts.ticks");
    for (const int bar : column("late_starts.bar")) {
        const size_t i = script.late_starts.size();
        script.late_starts.push_back({bar, seconds.at(i), ticks.at(i)});
    }
}

}  // namespace

Course course_of(const Message &given) {
    return {given.number("first"), given.number("end"), given.truth("finer_ticks"),
            rows_of(given, "trace")};
}

Market market_of(const Message &given, bool finer_ticks) {
    Market market;
    market.symbol = symbol_of(given);
    market.account = {given.real("deposit"), given.real("leverage"), given.real("stop_out"),
                      given.text("deposit_currency"), given.truth("hedging")};
    market.costs = {given.number("slippage"), given.real("commission"),
                    given.truth("gap_at_market"),
                    static_cast<BothTouched>(given.number("both_touched")),
                    given.real("tick_value")};
    if (finer_ticks)
        market.costs.both_touched = BothTouched::FINER;
    market.conversion = conversion_of(given);
    const GivenBars bars(given, "bars"), finer(given, "finer");
    market.timeframe = bars.timeframe;
    market.finer_timeframe = finer.timeframe;
    market.bars = bars_of(bars);
    market.finer = bars_of(finer);
    market.spreads = spreads_of(bars, given.number("spread"));
    return market;
}

Script script_of(const Message &given) {
    Script script;
    const std::vector<int> requests = numbers_of(given, "answers.request");
    const std::vector<int> counts = numbers_of(given, "answers.count");
    const std::vector<int> codes = numbers_of(given, "answers.code");
    const std::vector<int> executed = numbers_of(given, "answers.executed");
    for (size_t i = 0; i < requests.size(); i++)
        script.answers.push_back({requests[i], counts.at(i), static_cast<uint>(codes.at(i)),
                                  static_cast<Executed>(executed.at(i))});
    const std::vector<int> bars = numbers_of(given, "outages.bar");
    const std::vector<int> calls = numbers_of(given, "outages.calls");
    for (size_t i = 0; i < bars.size(); i++)
        script.outages.push_back({bars[i], calls.at(i)});
    for (int i = 0; i < given.number("charts"); i++) {
        const std::string chart = "charts." + std::to_string(i);
        script.charts.push_back({given.integer(chart + ".number"), given.text(chart + ".symbol"),
                                 given.text(chart + ".expert")});
    }
    for (int i = 0; i < given.number("variables"); i++) {
        const std::string variable = "variables." + std::to_string(i);
        script.globals[given.text(variable + ".name")] = given.real(variable + ".value");
    }
    script.credit = given.real("credit");
    script.facts_from = given.number("facts_from");
    script.handles_from = given.number("handles_from");
    script.lag_s = given.number("lag_s");
    read_tables(given, script);
    script.late_until = given.number("late_until");
    script.late_rows = given.number("late_rows");
    script.restarts = rows_of(given, "restarts");
    script.silent = rows_of(given, "silent");
    script.closed = rows_of(given, "closed");
    script.ticks = given.number("ticks");
    script.filling = given.integer("filling");
    script.live = given.truth("live");
    return script;
}

}  // namespace host
