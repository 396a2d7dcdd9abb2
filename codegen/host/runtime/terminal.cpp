#include "terminal.h"
#include "arithmetic.h"
#include "calendar.h"
#include "copying.h"
#include "program.h"
#include <cmath>

namespace host {

const string &chart_symbol() { return program().chart->symbol; }

namespace {

Server &server() { return *program().server; }
const SymbolFacts &symbol_facts() { return server().market.symbol; }

double tick_value(bool gain) {
    const SymbolFacts &facts = symbol_facts();
    const Pricing &pricing = server().pricing;
    const double points = std::round(facts.tick / facts.point);
    return points * pricing.point_value() * pricing.rate_now(gain, server().quote);
}

ENUM_SYMBOL_CALC_MODE calc_mode(MarginMode mode) {
    switch (mode) {
    case MarginMode::FOREX: return SYMBOL_CALC_MODE_FOREX;
    case MarginMode::FUTURES: return SYMBOL_CALC_MODE_FUTURES;
    case MarginMode::CFD: break;
    }
    return SYMBOL_CALC_MODE_CFDLEVERAGE;
}

ENUM_SYMBOL_SWAP_MODE swap_mode(SwapMode mode) {
    switch (mode) {
    case SwapMode::NONE: return SYMBOL_SWAP_MODE_DISABLED;
    case SwapMode::POINTS: return SYMBOL_SWAP_MODE_POINTS;
    case SwapMode::CURRENCY: break;
    }
    return SYMBOL_SWAP_MODE_CURRENCY_DEPOSIT;
}

[[noreturn]] void unsupported(const char *function, int property) {
    fail((std::string(function) + ": property " + std::to_string(property) +
          " is not part of this stand-in")
             .c_str(),
         0);
}

}  // namespace
}  // namespace host

using namespace host;

string Symbol() { return program().chart->symbol; }
ENUM_TIMEFRAMES Period() { return program().chart->timeframe; }
int Digits() { return program().chart->digits; }
double Point() { return program().chart->point; }
double NormalizeDouble(double value, int digits) { return normalized(value, digits); }

int64_t SymbolInfoInteger(const string &symbol, ENUM_SYMBOL_INFO_INTEGER property) {
    if (property == SYMBOL_EXIST || property == SYMBOL_SELECT || property == SYMBOL_VISIBLE)
        return own_symbol(symbol);
    check_symbol(symbol);
    const SymbolFacts &facts = symbol_facts();
    switch (property) {
    case SYMBOL_TIME: return server().now;
    case SYMBOL_DIGITS: return facts.digits;
    case SYMBOL_SPREAD_FLOAT: return 1;
    case SYMBOL_SPREAD: return server().quote.spread;
    case SYMBOL_CHART_MODE: return SYMBOL_CHART_MODE_BID;
    case SYMBOL_TRADE_CALC_MODE: return calc_mode(facts.margin_mode);
    case SYMBOL_TRADE_MODE: return SYMBOL_TRADE_MODE_FULL;
    case SYMBOL_TRADE_STOPS_LEVEL: return facts.stops_level;
    case SYMBOL_TRADE_FREEZE_LEVEL: return 0;
    case SYMBOL_TRADE_EXEMODE: return SYMBOL_TRADE_EXECUTION_INSTANT;
    case SYMBOL_SWAP_MODE: return swap_mode(facts.swap_mode);
    case SYMBOL_SWAP_ROLLOVER3DAYS: return facts.swap_triple_day;
    case SYMBOL_FILLING_MODE: return server().script.filling;
    case SYMBOL_CUSTOM: return 0;
    default: unsupported("SymbolInfoInteger", property);
    }
}

bool SymbolInfoInteger(const string &symbol, ENUM_SYMBOL_INFO_INTEGER property, int64_t &value) {
    value = SymbolInfoInteger(symbol, property);
    return own_symbol(symbol);
}

double SymbolInfoDouble(const string &symbol, ENUM_SYMBOL_INFO_DOUBLE property) {
    check_symbol(symbol);
    const SymbolFacts &facts = symbol_facts();
    switch (property) {
    case SYMBOL_BID: return server().quote.bid;
    case SYMBOL_ASK: return server().quote.ask;
    case SYMBOL_LAST: return 0;
    case SYMBOL_POINT: return facts.point;
    default: break;
    }
    if (server().script.missing(server().script.facts_from, server().bar))
        return 0;
    switch (property) {
    case SYMBOL_TRADE_TICK_VALUE: return tick_value(true);
    case SYMBOL_TRADE_TICK_VALUE_PROFIT: return tick_value(true);
    case SYMBOL_TRADE_TICK_VALUE_LOSS: return tick_value(false);
    case SYMBOL_TRADE_TICK_SIZE: return facts.tick;
    case SYMBOL_TRADE_CONTRACT_SIZE: return facts.contract_size;
    case SYMBOL_VOLUME_MIN: return facts.lots_min;
    case SYMBOL_VOLUME_MAX: return facts.lots_max;
    case SYMBOL_VOLUME_STEP: return facts.lots_step;
    case SYMBOL_VOLUME_LIMIT: return 0;
    case SYMBOL_SWAP_LONG: return facts.swap_long;
    case SYMBOL_SWAP_SHORT: return facts.swap_short;
    case SYMBOL_MARGIN_INITIAL: return facts.margin_per_lot;
    case SYMBOL_MARGIN_MAINTENANCE: return 0;
    default: break;
    }
    unsupported("SymbolInfoDouble", property);
}

bool SymbolInfoDouble(const string &symbol, ENUM_SYMBOL_INFO_DOUBLE property, double &value) {
    value = SymbolInfoDouble(symbol, property);
    return own_symbol(symbol);
}

string SymbolInfoString(const string &symbol, ENUM_SYMBOL_INFO_STRING property) {
    check_symbol(symbol);
    switch (property) {
    case SYMBOL_CURRENCY_BASE: return symbol_facts().base_currency;
    case SYMBOL_CURRENCY_PROFIT: return symbol_facts().profit_currency;
    case SYMBOL_CURRENCY_MARGIN: return symbol_facts().base_currency;
    case SYMBOL_DESCRIPTION: return symbol_facts().name;
    case SYMBOL_PATH: return symbol_facts().name;
    }
    unsupported("SymbolInfoString", property);
}

bool SymbolInfoTick(const string &symbol, MqlTick &tick) {
    check_symbol(symbol);
    const Quote &quote = server().quote;
    tick = MqlTick();
    tick.time = server().now;
    tick.time_msc = server().now.value * 1000;
    tick.bid = quote.bid;
    tick.ask = quote.ask;
    return quote.bid > 0;
}

bool SymbolSelect(const string &symbol, bool) { return own_symbol(symbol); }

int64_t AccountInfoInteger(ENUM_ACCOUNT_INFO_INTEGER property) {
    const AccountFacts &account = server().market.account;
    switch (property) {
    case ACCOUNT_LOGIN: return 1;
    case ACCOUNT_TRADE_MODE: return ACCOUNT_TRADE_MODE_DEMO;
    case ACCOUNT_LEVERAGE: return static_cast<int64_t>(std::llround(account.leverage));
    case ACCOUNT_LIMIT_ORDERS: return 0;
    case ACCOUNT_MARGIN_SO_MODE: return ACCOUNT_STOPOUT_MODE_PERCENT;
    case ACCOUNT_TRADE_ALLOWED: return 1;
    case ACCOUNT_TRADE_EXPERT: return 1;
    case ACCOUNT_MARGIN_MODE:
        return account.hedging ? ACCOUNT_MARGIN_MODE_RETAIL_HEDGING
                               : ACCOUNT_MARGIN_MODE_RETAIL_NETTING;
    case ACCOUNT_CURRENCY_DIGITS: return 2;
    case ACCOUNT_FIFO_CLOSE: return 0;
    case ACCOUNT_HEDGE_ALLOWED: return account.hedging;
    }
    unsupported("AccountInfoInteger", property);
}

double AccountInfoDouble(ENUM_ACCOUNT_INFO_DOUBLE property) {
    const Server &at = server();
    switch (property) {
    case ACCOUNT_BALANCE: return at.balance();
    case ACCOUNT_CREDIT: return at.script.credit;
    case ACCOUNT_PROFIT: return at.equity() - at.balance();
    case ACCOUNT_EQUITY: return at.funds();
    case ACCOUNT_MARGIN: return at.margin_used();
    case ACCOUNT_MARGIN_FREE: return at.funds() - at.margin_used();
    case ACCOUNT_MARGIN_LEVEL:
        return at.margin_used() > 0 ? at.funds() / at.margin_used() * 100.0 : 0;
    case ACCOUNT_MARGIN_SO_CALL: return at.market.account.stop_out;
    case ACCOUNT_MARGIN_SO_SO: return at.market.account.stop_out;
    }
    unsupported("AccountInfoDouble", property);
}

string AccountInfoString(ENUM_ACCOUNT_INFO_STRING property) {
    return property == ACCOUNT_CURRENCY ? server().market.account.currency : "genfx";
}

int MQLInfoInteger(ENUM_MQL_INFO_INTEGER property) {
    switch (property) {
    case MQL_TESTER: return program().tester;
    case MQL_TRADE_ALLOWED: return 1;
    case MQL_PROGRAM_TYPE: return 2;  // an Expert Advisor
    case MQL_OPTIMIZATION:
    case MQL_VISUAL_MODE:
    case MQL_FRAME_MODE:
    case MQL_FORWARD:
    case MQL_DEBUG:
    case MQL_PROFILER:
    case MQL_DLLS_ALLOWED:
    case MQL_SIGNALS_ALLOWED: return 0;
    default: unsupported("MQLInfoInteger", property);
    }
}

string MQLInfoString(ENUM_MQL_INFO_STRING) {
    const HostExpert *expert = program().expert;
    return expert != nullptr && expert->files > 0 ? expert->file[0] : "";
}

int TerminalInfoInteger(ENUM_TERMINAL_INFO_INTEGER property) {
    switch (property) {
    case TERMINAL_CONNECTED:
    case TERMINAL_TRADE_ALLOWED: return 1;
    case TERMINAL_MAXBARS: return INT_MAX;
    case TERMINAL_DLLS_ALLOWED: return 0;
    default: unsupported("TerminalInfoInteger", property);
    }
}

int GetLastError() { return program().last_error; }
void ResetLastError() { program().last_error = 0; }
void SetUserError(ushort number) { program().last_error = ERR_USER_ERROR_FIRST + number; }
int UninitializeReason() { return program().uninit_reason; }
bool IsStopped() { return false; }
void MathSrand(int seed) { program().random = static_cast<uint>(seed); }
int MathRand() {
    uint &state = program().random;
    state = state * 214013u + 2531011u;
    return static_cast<int>(state >> 16 & 0x7FFFu);
}
void ExpertRemove() { throw Terminated("the Expert Advisor removed itself"); }
void TesterStop() { throw Terminated("the Expert Advisor stopped the test"); }

void Sleep(int milliseconds) { server().wait(milliseconds); }
datetime TimeCurrent() { return server().now; }
datetime TimeCurrent(MqlDateTime &parts) {
    TimeToStruct(server().now, parts);
    return server().now;
}
datetime TimeTradeServer() { return server().now; }
datetime TimeLocal() { return server().now; }
datetime TimeGMT() { return server().now; }
uint GetTickCount() { return static_cast<uint>(GetTickCount64()); }
ulong GetTickCount64() { return static_cast<ulong>(server().milliseconds()); }
ulong GetMicrosecondCount() { return GetTickCount64() * 1000; }

bool GlobalVariableCheck(const string &name) { return server().globals.count(name.text) > 0; }

bool GlobalVariableGet(const string &name, double &value) {
    const auto found = server().globals.find(name.text);
    if (found == server().globals.end())
        return failed(ERR_GLOBALVARIABLE_NOT_FOUND, false);
    value = found->second;
    return true;
}

double GlobalVariableGet(const string &name) {
    double value = 0;
    GlobalVariableGet(name, value);
    return value;
}

datetime GlobalVariableSet(const string &name, double value) {
    if (name.text.empty() || name.text.size() > 63)
        return failed(ERR_INVALID_PARAMETER, datetime(0));
    server().globals[name.text] = value;
    return server().now;
}

bool GlobalVariableDel(const string &name) { return server().globals.erase(name.text) > 0; }

int GlobalVariablesDeleteAll(const string &prefix, datetime) {
    int deleted = 0;
    auto &all = server().globals;
    for (auto each = all.begin(); each != all.end();) {
        const bool matches = each->first.compare(0, prefix.text.size(), prefix.text) == 0;
        deleted += matches;
        each = matches ? all.erase(each) : std::next(each);
    }
    return deleted;
}

int GlobalVariablesTotal() { return static_cast<int>(server().globals.size()); }
string GlobalVariableName(int index) {
    if (index < 0 || index >= GlobalVariablesTotal())
        return failed(ERR_GLOBALVARIABLE_NOT_FOUND, string());
    return std::next(server().globals.begin(), index)->first;
}
void GlobalVariablesFlush() {}
bool GlobalVariableTemp(const string &name) {
    return !GlobalVariableCheck(name) && GlobalVariableSet(name, 0) > datetime(0);
}

double TesterStatistics(ENUM_STATISTICS statistic) {
    return figures_of(server(), 0)[static_cast<size_t>(statistic)];
}

bool PlaySound(const string &) { return false; }
bool SendMail(const string &, const string &) { return false; }
bool SendNotification(const string &) { return false; }
