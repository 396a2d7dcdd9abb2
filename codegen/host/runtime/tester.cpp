#include "tester.h"
#include <algorithm>

namespace host {

Tester::Tester(const HostExpert &expert, const Market &market, const Script &script, int first,
               int end, bool finer_ticks)
    : server(market, script), expert_(expert), market_(market), script_(script), first_(first),
      end_(end), finer_ticks_(finer_ticks) {
    chart.symbol = market.symbol.name;
    chart.digits = market.symbol.digits;
    chart.point = market.symbol.point;
    chart.timeframe = timeframe_of(market.timeframe);
    chart.own.rates.point = chart.point;
    chart.own.rates.seconds = market.timeframe;
    program.expert = &expert;
    program.server = &server;
    program.chart = &chart;
    program.tester = !script.live;
    for (const auto &each : script.globals)
        server.globals[each.first] = each.second;
}

// Closed bars before a row; the oldest are missing until the script lets them arrive.
void Tester::show_history(int rows) {
    int missing = rows < script_.late_until ? std::min(script_.late_rows, rows) : 0;
    server.met.late_rows = server.met.late_rows || missing > 0;
    for (const History &history : script_.histories) {
        if (history.bar <= rows)
            missing = std::max(0, history.bar - history.rows);
    }
    chart.own.clear();
    for (int row = missing; row < rows; row++)
        chart.own.begin(market_.bars[static_cast<size_t>(row)]);
}

bool Tester::start() {
    program.calls = program.turns = 0;
    expert_.reset();
    init_code = expert_.on_init();
    removed_ = init_code != INIT_SUCCEEDED;
    if (removed_)
        stop(REASON_INITFAILED);
    return !removed_;
}

void Tester::stop(int reason) {
    program.uninit_reason = reason;
    program.calls = program.turns = 0;
    if (expert_.on_deinit != nullptr)
        expert_.on_deinit(reason);
    leaked += static_cast<int>(program.handles.left().size());
}

void Tester::run() {
    show_history(first_);
    server.begin(first_);
    if (start()) {
        for (int row = first_; row < end_; row++)
            bar(row);
        if (!script_.live && !removed_ && expert_.on_tester != nullptr) {
            program.calls = program.turns = 0;
            has_on_tester = true;
            on_tester = expert_.on_tester();
        }
        if (!removed_)
            stop(REASON_REMOVE);
    }
}

void Tester::bar(int row) {
    const Bar &now = market_.bars[static_cast<size_t>(row)];
    if (row == script_.late_until && script_.late_rows > 0)
        show_history(row);
    for (const History &history : script_.histories) {
        if (history.bar == row)
            show_history(row);
    }
    if (script_.restarts.count(row) > 0 && !removed_) {
        server.met.restarts.insert(row);
        stop(REASON_CLOSE);
        program.forget();
        if (row < script_.late_until)
            show_history(row);
        start();
    }
    for (const Outage &outage : script_.outages) {
        if (outage.bar == row) {
            program.refusals = outage.calls;
            program.outage = &outage - script_.outages.data();
        }
    }
    program.tracing = traced.count(row) > 0;
    program.closing_reasons.clear();
    chart.own.begin({now.time, now.open, now.open, now.open, now.open, 1, now.spread});
    server.open_bar(row);
    server.charge_swap();
    server.fill_at_open();
    for (const Deposit &deposit : script_.deposits) {
        if (deposit.bar == row)
            server.move_capital(deposit.amount);
    }
    for (const Hand &hand : script_.hands) {
        if (hand.bar == row)
            server.act_by_hand(hand);
    }
    tell_of_trades();
    if (script_.silent.count(row) == 0)
        first_ticks(row);
    if (finer_ticks_)
        finer_bars(row);
    server.fill_within_bar();
    tell_of_trades();
    chart.own.extend(now.high, now.low, now.close, now.tick_volume);
    if (row == end_ - 1)
        server.close_all();
    equity.push_back(server.close_bar());
    bars_run++;
}

void Tester::first_ticks(int row) {
    const Bar &now = market_.bars[static_cast<size_t>(row)];
    int64_t began = now.time;
    for (const LateStart &late : script_.late_starts) {
        if (late.bar == row) {
            began += late.seconds;
            chart.own.extend(now.open, now.open, now.open, late.ticks);
        }
    }
    for (int i = 0; i < script_.ticks; i++) {
        server.now = std::max(server.now.value, began + i);
        call_on_tick();
    }
}

// Ticks of the finer bars; each of these bars decides alone over stops that were there at its open.
void Tester::finer_bars(int row) {
    const int64_t opened = market_.bars[static_cast<size_t>(row)].time;
    const auto before = [](const Bar &bar, int64_t time) { return bar.time.value < time; };
    auto finer = std::lower_bound(market_.finer.begin(), market_.finer.end(), opened, before);
    const int64_t step = market_.finer_timeframe;
    for (; finer != market_.finer.end() && finer->time < opened + market_.timeframe; ++finer) {
        const bool rising = finer->close >= finer->open;
        if (finer->time != opened)
            tick(finer->open, finer->time);
        server.fill_within_finer(*finer);
        tell_of_trades();
        server.moved_on = true;
        tick(rising ? finer->low : finer->high, finer->time + step / 4);
        tick(rising ? finer->high : finer->low, finer->time + step / 2);
        tick(finer->close, finer->time + step - 1);
    }
}

void Tester::tick(double bid, int64_t time) {
    server.move_quote(bid, std::max(server.now.value, time));
    chart.own.extend(bid, bid, bid, chart.own.rates.tick_volume.back() + 1);
    call_on_tick();
}

void Tester::call_on_tick() {
    server.execute_late_orders();
    program.calls = program.turns = 0;
    if (!removed_ && expert_.on_tick != nullptr)
        expert_.on_tick();
    tell_of_trades();
}

// OnTrade follows deals, those of the server included.
void Tester::tell_of_trades() {
    const bool news = server.deals.size() > deals_told_ && deals_told_ > 0;
    deals_told_ = server.deals.size();
    if (!news || removed_ || expert_.on_trade == nullptr)
        return;
    program.calls = program.turns = 0;
    expert_.on_trade();
}

}  // namespace host
