// An Expert Advisor whose decisions come from a table: the trading part of an emitted one, written
// by hand. The table is a file: of each column the number of its entries, then these, one per bar of
// the chart.
#include "ctrade.h"
#include "mql5.h"
#include <fstream>
#include <vector>

namespace {

// Columns by number; empty where the strategy has none.
enum Column {
    LONG_ENTRY, SHORT_ENTRY, LONG_EXIT, SHORT_EXIT, ENTRY_FILTER, FORCED_EXIT, FRIDAY_EXIT,
    STOP_LOSS, TAKE_PROFIT, TRAILING_STOP, BREAK_EVEN, BREAK_EVEN_OFFSET, COLUMNS
};
string Table = "";
double Size = 1, DailyLoss = 0, DrawdownStop = 0;
bool Risk = false, Reverse = false;
int MaxBars = 0, TradesPerDay = 0, MaxSlippage = 0, Warmup = 0;
int64_t Magic = 7;

const double SLACK = 1e-6;
CTrade trade;
double tick_size;
datetime done = 0;  // bar that was decided
bool secured;  // break-even was sent for the open position
ulong secured_ticket;

std::vector<double> columns[COLUMNS];

void read_table() {
    std::ifstream file(Table.text, std::ios::binary);
    for (std::vector<double> &column : columns) {
        int64_t count = 0;
        file.read(reinterpret_cast<char *>(&count), sizeof count);
        column.resize(static_cast<size_t>(count));
        file.read(reinterpret_cast<char *>(column.data()),
                  static_cast<std::streamsize>(column.size() * sizeof(double)));
    }
    if (!file)
        host::fail("the table cannot be read", 0);
}
bool has(Column column) { return !columns[column].empty(); }

double wanted(Column column, int row) {
    return has(column) ? columns[column][static_cast<size_t>(row)] : 0.0;
}

bool usable(double distance) { return distance > 1e-4 * Point() && distance <= 1e12 * Point(); }
double below(double price) { return MathFloor(price / tick_size + SLACK); }
double above(double price) { return MathCeil(price / tick_size - SLACK); }
double priced(double ticks) { return NormalizeDouble(ticks * tick_size, Digits()); }
double gap() {
    const int64_t level = SymbolInfoInteger(Symbol(), SYMBOL_TRADE_STOPS_LEVEL);
    return MathMax(static_cast<double>(level) * Point(), tick_size);
}

bool select() {
    for (int i = PositionsTotal() - 1; i >= 0; i--) {
        if (PositionGetTicket(i) > 0 && PositionGetInteger(POSITION_MAGIC) == Magic)
            return true;
    }
    return false;
}

bool open(bool is_long, int row) {
    MqlTick tick;
    SymbolInfoTick(Symbol(), tick);
    double sl = 0, tp = 0;
    const double stop = wanted(STOP_LOSS, row), target = wanted(TAKE_PROFIT, row);
    if ((has(STOP_LOSS) && !usable(stop)) || (has(TAKE_PROFIT) && !usable(target)))
        return false;
    if (has(STOP_LOSS))
        sl = priced(is_long ? MathMin(below(tick.ask - stop), below(tick.bid - gap()))
                            : MathMax(above(tick.bid + stop), above(tick.ask + gap())));
    if (has(TAKE_PROFIT))
        tp = priced(is_long ? MathMax(above(tick.ask + target), above(tick.bid + gap()))
                            : MathMin(below(tick.bid - target), below(tick.ask - gap())));
    if ((has(STOP_LOSS) && sl <= 0) || (has(TAKE_PROFIT) && tp <= 0))
        return false;
    const double quote = is_long ? tick.ask : tick.bid;
    double volume = Size;
    if (Risk) {
        const double loss = MathAbs(quote - sl) / tick_size *
                            SymbolInfoDouble(Symbol(), SYMBOL_TRADE_TICK_VALUE_LOSS);
        volume = AccountInfoDouble(ACCOUNT_BALANCE) * Size / 100.0 / loss;
    }
    const double step = SymbolInfoDouble(Symbol(), SYMBOL_VOLUME_STEP);
    volume = MathFloor(volume / step + SLACK) * step;
    if (volume < SymbolInfoDouble(Symbol(), SYMBOL_VOLUME_MIN) - 1e-9)
        return false;
    volume = MathMin(volume, SymbolInfoDouble(Symbol(), SYMBOL_VOLUME_MAX));
    const ENUM_ORDER_TYPE type = is_long ? ORDER_TYPE_BUY : ORDER_TYPE_SELL;
    trade.PositionOpen(Symbol(), type, NormalizeDouble(volume, 8), quote, sl, tp, "test");
    const uint code = trade.ResultRetcode();
    if (code != TRADE_RETCODE_DONE && code != TRADE_RETCODE_NO_MONEY)
        PrintFormat("open: %u", code);
    return true;
}

double better(bool is_long, double quote, double sl, double level) {
    const double gain = is_long ? level - sl : sl - level;
    const double room = is_long ? quote - level : level - quote;
    if (!(level > 0) || room < gap() - SLACK * tick_size)
        return sl;
    return sl > 0 && gain < (1 - SLACK) * tick_size ? sl : level;
}

void protect(int row) {
    const bool is_long = PositionGetInteger(POSITION_TYPE) == POSITION_TYPE_BUY;
    const ulong ticket = static_cast<ulong>(PositionGetInteger(POSITION_TICKET));
    const double quote = SymbolInfoDouble(Symbol(), is_long ? SYMBOL_BID : SYMBOL_ASK);
    const double before = PositionGetDouble(POSITION_SL);
    const double entry = PositionGetDouble(POSITION_PRICE_OPEN);
    double sl = before;
    if (ticket != secured_ticket)
        secured = false;
    secured_ticket = ticket;
    const double due = wanted(BREAK_EVEN, row), lock = wanted(BREAK_EVEN_OFFSET, row);
    const double gained = is_long ? quote - entry : entry - quote;
    const double tolerance = 1e-4 * Point();
    if (!secured && usable(due) && gained >= due - tolerance && lock >= -tolerance &&
        lock <= 1e12 * Point()) {
        const double ticks = is_long ? below(entry + lock) : above(entry - lock);
        sl = better(is_long, quote, sl, priced(ticks));
        secured = sl != before;
    }
    const double trail = wanted(TRAILING_STOP, row);
    if (usable(trail)) {
        const double ticks = is_long ? below(quote - trail) : above(quote + trail);
        sl = better(is_long, quote, sl, priced(ticks));
    }
    if (sl != before && !trade.PositionModify(ticket, sl, PositionGetDouble(POSITION_TP)))
        PrintFormat("modify: %u", trade.ResultRetcode());
}

// Balance before the first deal of the day, highest balance, entries of the day: from history.
struct Past {
    double day_balance, peak;
    int entries;
};

Past past() {
    Past p = {0, 0, 0};
    const int64_t today = iTime(Symbol(), Period(), 0) / 86400 * 86400;
    HistorySelect(0, TimeCurrent() + 86400);
    double balance = 0;
    for (int i = 0; i < HistoryDealsTotal(); i++) {
        const ulong ticket = HistoryDealGetTicket(i);
        const bool deposit = HistoryDealGetInteger(ticket, DEAL_TYPE) == DEAL_TYPE_BALANCE;
        const bool is_today = HistoryDealGetInteger(ticket, DEAL_TIME) >= today && !deposit;
        if (!is_today)
            p.day_balance = 0;
        balance = NormalizeDouble(balance + HistoryDealGetDouble(ticket, DEAL_PROFIT) +
                                      HistoryDealGetDouble(ticket, DEAL_SWAP) +
                                      HistoryDealGetDouble(ticket, DEAL_COMMISSION),
                                  2);
        if (!is_today)
            p.day_balance = balance;
        p.peak = MathMax(p.peak, balance);
        p.entries += is_today && HistoryDealGetInteger(ticket, DEAL_ENTRY) == DEAL_ENTRY_IN;
    }
    return p;
}

string limit(const Past &p) {
    const double equity = AccountInfoDouble(ACCOUNT_EQUITY);
    if (DailyLoss > 0 && p.day_balance - equity >= DailyLoss / 100 * p.day_balance - SLACK)
        return "daily_loss";
    if (DrawdownStop > 0 && p.peak - equity >= DrawdownStop / 100 * p.peak - SLACK)
        return "drawdown_stop";
    return "";
}

string exit_reason(bool is_long, int row, const string &reached, int side, bool allowed) {
    const int held = iBarShift(Symbol(), Period(), PositionGetInteger(POSITION_TIME));
    if (wanted(FORCED_EXIT, row) > 0)
        return "session";
    if (wanted(FRIDAY_EXIT, row) > 0)
        return "friday";
    if (reached != "")
        return reached;
    if (MaxBars > 0 && held >= MaxBars)
        return "max_bars";
    if (wanted(is_long ? LONG_EXIT : SHORT_EXIT, row) > 0)
        return "exit_signal";
    return Reverse && side == (is_long ? -1 : 1) && allowed ? "reverse" : "";
}

int on_init() {
    tick_size = SymbolInfoDouble(Symbol(), SYMBOL_TRADE_TICK_SIZE);
    trade.SetExpertMagicNumber(static_cast<ulong>(Magic));
    trade.SetDeviationInPoints(100000);
    trade.SetTypeFillingBySymbol(Symbol());
    return INIT_SUCCEEDED;
}

void on_tick() {
    if (iTime(Symbol(), Period(), 0) == done)
        return;
    done = iTime(Symbol(), Period(), 0);
    const int row = Bars(Symbol(), Period()) - 1;
    const Past p = DailyLoss > 0 || DrawdownStop > 0 || TradesPerDay > 0 ? past() : Past();
    const string reached = limit(p);
    const int side = (wanted(LONG_ENTRY, row) > 0) - (wanted(SHORT_ENTRY, row) > 0);
    const bool allowed = wanted(ENTRY_FILTER, row) > 0 && reached == "" &&
                         !(TradesPerDay > 0 && p.entries >= TradesPerDay) && MaxSlippage == 0;
    int closed = 0;
    if (select()) {
        const bool is_long = PositionGetInteger(POSITION_TYPE) == POSITION_TYPE_BUY;
        const ulong ticket = static_cast<ulong>(PositionGetInteger(POSITION_TICKET));
        const string reason = exit_reason(is_long, row, reached, side, allowed);
        if (reason == "") {
            protect(row);
            return;
        }
        PrintFormat("closing position %I64u: %s", ticket, reason);
        trade.PositionClose(ticket);
        closed = is_long ? 1 : -1;
    }
    if (side != 0 && side != closed && allowed && row >= Warmup)
        open(side > 0, row);
}

double on_tester() { return TesterStatistics(STAT_PROFIT); }

void reset() {
    read_table();
    trade = CTrade();
    secured = false;
    secured_ticket = 0;
    done = 0;
}

const HostInput INPUTS[] = {
    {"Table", 's', &Table}, {"Size", 'd', &Size}, {"DailyLoss", 'd', &DailyLoss},
    {"DrawdownStop", 'd', &DrawdownStop}, {"Risk", 'b', &Risk}, {"Reverse", 'b', &Reverse},
    {"MaxBars", 'i', &MaxBars}, {"TradesPerDay", 'i', &TradesPerDay},
    {"MaxSlippage", 'i', &MaxSlippage}, {"Warmup", 'i', &Warmup}, {"Magic", 'l', &Magic},
};
const char *const FILES[] = {"decided.mq5"};
const HostExpert EXPERT = {on_init, nullptr, on_tick, on_tester, nullptr, reset,
                           sizeof INPUTS / sizeof *INPUTS, INPUTS, 1, FILES};

}  // namespace

extern "C" const HostExpert *genfx_expert(int number) { return number == 0 ? &EXPERT : nullptr; }
