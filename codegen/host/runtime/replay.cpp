#include "replay.h"
#include "given.h"
#include "inputs.h"
#include "tester.h"
#include <cmath>
#include <new>
#include <sstream>

namespace host {
namespace {

const char FIELD = '\x1f', RECORD = '\x1e';

int64_t in_points(double price, const Market &market) {
    return static_cast<int64_t>(std::llround(price * scale_of(market.symbol.digits)));
}

// The deals but for those of the balance: a column for each of their properties.
class DealColumns {
public:
    explicit DealColumns(const Tester &tester) {
        for (const Deal &deal : tester.server.deals) {
            if (deal.type != DEAL_TYPE_BALANCE)
                deals_.push_back(&deal);
        }
    }
    template <typename T, typename F>
    std::vector<T> column(F value) const {
        std::vector<T> found;
        for (const Deal *deal : deals_)
            found.push_back(value(*deal));
        return found;
    }
    const std::vector<const Deal *> &all() const { return deals_; }

private:
    std::vector<const Deal *> deals_;
};

void write_deals(MessageWriter &report, const Tester &tester, const Market &market) {
    const DealColumns deals(tester);
    const auto whole = [&](const char *name, auto value) {
        report.add(name, deals.column<int64_t>(value));
    };
    const auto real = [&](const char *name, auto value) {
        report.add(name, deals.column<double>(value));
    };
    whole("deals.time", [&](const Deal &d) {
        return market.bars[static_cast<size_t>(d.bar)].time.value;
    });
    whole("deals.bar", [](const Deal &d) { return d.bar; });
    whole("deals.entry", [](const Deal &d) { return d.entry == DEAL_ENTRY_IN ? 1 : 0; });
    whole("deals.side", [](const Deal &d) { return d.is_long ? 1 : -1; });
    whole("deals.price", [&](const Deal &d) { return in_points(d.price, market); });
    whole("deals.stop", [&](const Deal &d) { return in_points(d.sl, market); });
    whole("deals.target", [&](const Deal &d) { return in_points(d.tp, market); });
    whole("deals.magic", [](const Deal &d) { return d.magic; });
    whole("deals.position", [](const Deal &d) { return static_cast<int64_t>(d.position); });
    real("deals.lots", [](const Deal &d) { return d.volume; });
    real("deals.profit", [](const Deal &d) { return d.profit; });
    real("deals.commission", [](const Deal &d) { return d.commission; });
    real("deals.swap", [](const Deal &d) { return d.swap; });
    real("deals.balance", [](const Deal &d) { return d.balance; });
    std::string causes;
    for (const Deal *deal : deals.all())
        causes += deal->cause + RECORD;
    report.add("deals.cause", causes);
}

void write_texts(MessageWriter &report, const Program &program) {
    std::ostringstream journal, trace, objects, globals;
    for (const JournalLine &line : program.journal)
        journal << line.bar << FIELD << line.time.value << FIELD << line.text << RECORD;
    trace.precision(17);
    for (const TraceRow &row : program.traced)
        trace << row.bar << FIELD << row.name << FIELD << row.value << RECORD;
    for (const auto &object : program.objects)
        objects << object.first << RECORD;
    report.add("journal", journal.str());
    report.add("trace", trace.str());
    report.add("objects", objects.str());
    for (const auto &global : program.server->globals)
        globals << global.first << RECORD;
    report.add("globals", globals.str());
    report.add("comment", program.comment);
}

void write_met(MessageWriter &report, const Server &server) {
    const auto column = [&](const char *name, const std::set<int64_t> &found) {
        report.add(name, std::vector<int64_t>(found.begin(), found.end()));
    };
    report.add("requests", int64_t{server.requests()});
    column("met.answers", server.met.answers);
    column("met.outages", server.met.outages);
    column("met.restarts", server.met.restarts);
    report.add("met.late_rows", int64_t{server.met.late_rows});
}

void write_results(MessageWriter &report, const Tester &tester, const Market &market) {
    report.add("init_code", int64_t{tester.init_code});
    report.add("leaked", int64_t{tester.leaked});
    report.add("has_on_tester", int64_t{tester.has_on_tester});
    report.add("on_tester", tester.on_tester);
    report.add("equity", tester.equity);
    const Figures figures = figures_of(tester.server, tester.on_tester);
    report.add("statistics", std::vector<double>(figures.begin(), figures.end()));
    write_deals(report, tester, market);
    write_texts(report, tester.program);
    write_met(report, tester.server);
}

// Returns why the program was terminated, "" where it ran to the end.
std::string run(Tester &tester) {
    try {
        tester.run();
    } catch (const std::bad_alloc &) {
        return "out of memory";
    } catch (const std::length_error &) {
        return "out of memory";
    } catch (const std::exception &problem) {
        return problem.what();
    }
    return "";
}

}  // namespace

std::string inputs_of(const HostExpert &expert) {
    std::string listed;
    for (int i = 0; i < expert.inputs; i++)
        listed += expert.input[i].type + std::string(expert.input[i].name) + RECORD;
    MessageWriter answer;
    answer.add("inputs", listed);
    return answer.whole();
}

std::string replay(const HostExpert &expert, const Message &given) {
    const Course course = course_of(given);
    const Market market = market_of(given, course.finer_ticks);
    const Script script = script_of(given);
    set_inputs(expert, given);
    given.read_whole();
    Tester tester(expert, market, script, course.first, course.end, course.finer_ticks);
    tester.traced = course.traced;
    enter(&tester.program);
    MessageWriter report;
    report.add("fault", run(tester));
    write_results(report, tester, market);
    return report.whole();
}

}  // namespace host
