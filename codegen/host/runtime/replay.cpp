// The entry points that replay.py calls.
#include "given.h"
#include "inputs.h"
#include "tester.h"
#include <cmath>
#include <cstring>
#include <sstream>

namespace host {
namespace {

const char FIELD = '\x1f', RECORD = '\x1e';

struct Run : HostReport {
    std::vector<HostDeal> deal_rows;
    std::vector<double> equity_rows;
    std::string journal_text, trace_text, objects_text, comment_text, fault_text;
};

int64_t in_points(double price, const Market &market) {
    return static_cast<int64_t>(std::llround(price * scale_of(market.symbol.digits)));
}

HostDeal row_of(const Deal &deal, const Market &market) {
    HostDeal row = {};
    row.time = market.bars[static_cast<size_t>(deal.bar)].time;
    row.bar = deal.bar;
    row.entry = deal.entry == DEAL_ENTRY_IN;
    row.side = deal.is_long ? 1 : -1;
    row.price = in_points(deal.price, market);
    row.stop = in_points(deal.sl, market);
    row.target = in_points(deal.tp, market);
    row.magic = deal.magic;
    row.position = static_cast<int64_t>(deal.position);
    row.lots = deal.volume;
    row.profit = deal.profit;
    row.commission = deal.commission;
    row.swap = deal.swap;
    row.balance = deal.balance;
    std::strncpy(row.cause, deal.cause.c_str(), sizeof row.cause - 1);
    return row;
}

void write_texts(Run &run, const Program &program) {
    std::ostringstream journal, trace, objects;
    for (const JournalLine &line : program.journal)
        journal << line.bar << FIELD << line.time.value << FIELD << line.text << RECORD;
    trace.precision(17);
    for (const TraceRow &row : program.traced)
        trace << row.bar << FIELD << row.name << FIELD << row.value << RECORD;
    for (const auto &object : program.objects)
        objects << object.first << RECORD;
    run.journal_text = journal.str();
    run.trace_text = trace.str();
    run.objects_text = objects.str();
    run.comment_text = program.comment;
}

void write_pointers(Run &run) {
    run.deal_count = static_cast<int64_t>(run.deal_rows.size());
    run.deals = run.deal_rows.data();
    run.equity_count = static_cast<int64_t>(run.equity_rows.size());
    run.equity = run.equity_rows.data();
    run.journal = run.journal_text.data();
    run.journal_bytes = static_cast<int64_t>(run.journal_text.size());
    run.trace = run.trace_text.data();
    run.trace_bytes = static_cast<int64_t>(run.trace_text.size());
    run.objects = run.objects_text.data();
    run.objects_bytes = static_cast<int64_t>(run.objects_text.size());
    run.comment = run.comment_text.data();
    run.comment_bytes = static_cast<int64_t>(run.comment_text.size());
    run.fault = run.fault_text.empty() ? nullptr : run.fault_text.c_str();
}

void write_results(Run &run, const Tester &tester, const Market &market) {
    run.init_code = tester.init_code;
    run.bars_run = tester.bars_run;
    run.leaked = tester.leaked;
    run.has_on_tester = tester.has_on_tester;
    run.on_tester = tester.on_tester;
    run.equity_rows = tester.equity;
    for (const Deal &deal : tester.server.deals) {
        if (deal.type != DEAL_TYPE_BALANCE)
            run.deal_rows.push_back(row_of(deal, market));
    }
    const Figures figures = figures_of(tester.server, tester.on_tester);
    std::copy(figures.begin(), figures.end(), run.statistics);
    write_texts(run, tester.program);
}

void play(Run &run, const HostExpert &expert, const HostMarket &given,
          const HostOptions &options) {
    const Market market = market_of(given, options.finer_ticks != 0);
    const Script script = script_of(options);
    Inputs inputs;
    Tester tester(expert, market, script, static_cast<int>(given.first),
                  static_cast<int>(given.end), options.finer_ticks != 0);
    for (int64_t i = 0; i < options.trace_count; i++)
        tester.traced.insert(static_cast<int>(options.traced[i]));
    enter(&tester.program);
    try {
        for (int i = 0; i < options.input_count; i++)
            inputs.set(expert, options.inputs[i]);
        tester.run();
    } catch (const std::exception &problem) {
        run.fault_text = problem.what();
    }
    write_results(run, tester, market);
    tester.program.handles.clear();
    enter(nullptr);
}

}  // namespace
}  // namespace host

const HostReport *genfx_replay(int32_t number, const HostMarket *market,
                               const HostOptions *options) {
    host::Run *run = new host::Run();
    const HostExpert *expert = genfx_expert(number);
    try {
        if (expert == nullptr)
            throw std::invalid_argument("the library has no expert of this number");
        host::play(*run, *expert, *market, *options);
    } catch (const std::exception &problem) {
        run->fault_text = problem.what();
    }
    host::write_pointers(*run);
    return run;
}

const char *genfx_input(int32_t number, int32_t index) {
    static thread_local std::string text;
    const HostExpert *expert = genfx_expert(number);
    if (expert == nullptr || index < 0 || index >= expert->inputs)
        return nullptr;
    text = expert->input[index].type + std::string(expert->input[index].name);
    return text.c_str();
}

void genfx_release(const HostReport *report) { delete static_cast<const host::Run *>(report); }
