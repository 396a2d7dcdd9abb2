// A broker for one symbol and one Expert Advisor: market orders at the open of a bar, stop loss and
// take profit at the open and within the bar, the stop first. What the trading contract says for
// prices without slippage, commission and swap, deposit in the profit currency; nothing else.
#pragma once
#include "runtime.h"
#include <Trade/Trade.mqh>
#include <map>

struct Position
  {
   bool     open = false;
   bool     is_long = false;
   datetime time = 0;
   double   lots = 0, price = 0, sl = 0, tp = 0;
   ulong    ticket = 0;
  };
struct Deal
  {
   datetime time;
   bool     entry, is_long;
   double   lots, price, sl, tp, profit, amount;
   int      reason;
  };
struct Broker
  {
   double   tick = 1e-5;
   int      stops_level = 0;
   bool     hedging = true;
   int      requote = 0;   // every so manieth request is answered with a requote
   int      requests = 0;
   double   balance = 0;
   uint     code = 0;
   long     magic = 0;
   Position position;
   std::vector<Deal> deals;
   std::map<std::string, double> globals;
   int      selected_from = 0;
  };
Broker broker;
const char *REASONS[] = {"", "", "", "", "session", "friday", "daily_loss", "drawdown_stop", "max_bars", "exit_signal", "reverse"};

double whole_points(double price) { return std::floor(price * 1e5 + 0.5) / 1e5; }
double up_to_tick(double price) { return whole_points(std::ceil(price / broker.tick - 1e-6) * broker.tick); }
double ask_of(double bid) { return up_to_tick(bid + rt.bars[(size_t)rt.now].spread * 1e-5); }
double money(double x) { return (x < 0 ? -1 : 1) * std::floor(100 * std::fabs(x) + 0.5 + 1e-6) / 100; }
double floating(double bid)
  {
   const Position &p = broker.position;
   if(!p.open)
      return 0;
   const double points = p.is_long ? bid - p.price : p.price - ask_of(bid);
   return std::floor(points * 1e5 + 0.5) * p.lots;
  }
void book(const Deal &deal)
  {
   broker.balance = std::floor((broker.balance + deal.amount) * 100 + 0.5) / 100;
   broker.deals.push_back(deal);
  }
void book_exit(double price, int reason)
  {
   Position &p = broker.position;
   const double points = std::floor((p.is_long ? price - p.price : p.price - price) * 1e5 + 0.5);
   const double profit = money(points * p.lots);
   p.open = false;
   book({rt.bars[(size_t)rt.now].time, false, p.is_long, p.lots, price, p.sl, p.tp, profit, profit, reason});
  }
// Fill stop or target that a stretch of bid prices touches.
void fill(double low, double high, double open)
  {
   const Position &p = broker.position;
   if(!p.open)
      return;
   const double eps = 1e-9;
   const double worst = p.is_long ? low : ask_of(high), best = p.is_long ? high : ask_of(low);
   const double first = p.is_long ? open : ask_of(open);
   const double side = p.is_long ? 1 : -1;
   if(p.sl > 0 && side * (worst - p.sl) <= eps)
      book_exit(side * (first - p.sl) < 0 ? first : p.sl, 1);
   else if(p.tp > 0 && side * (best - p.tp) >= -eps)
      book_exit(p.tp, 2);
  }

long AccountInfoInteger(ENUM_ACCOUNT_INFO_INTEGER property) { return property == ACCOUNT_LOGIN ? 1 : broker.hedging ? ACCOUNT_MARGIN_MODE_RETAIL_HEDGING : ACCOUNT_MARGIN_MODE_RETAIL_NETTING; }
double AccountInfoDouble(ENUM_ACCOUNT_INFO_DOUBLE property)
  {
   if(property == ACCOUNT_CREDIT)
      return 0;
   return property == ACCOUNT_EQUITY ? broker.balance + floating(rt.bars[(size_t)rt.now].open) : broker.balance;
  }
long SymbolInfoInteger(const string, ENUM_SYMBOL_INFO_INTEGER property)
  {
   if(property == SYMBOL_SPREAD)
      return rt.bars[(size_t)rt.now].spread;
   return property == SYMBOL_TRADE_STOPS_LEVEL ? broker.stops_level : 0;
  }
double SymbolInfoDouble(const string, ENUM_SYMBOL_INFO_DOUBLE property)
  {
   switch(property)
     {
      case SYMBOL_TRADE_TICK_SIZE: return broker.tick;
      case SYMBOL_TRADE_TICK_VALUE_LOSS: return broker.tick * 100000;
      case SYMBOL_VOLUME_MAX: return 100;
      default: return 0.01;
     }
  }
bool SymbolInfoTick(const string, MqlTick &tick)
  {
   const double bid = rt.bars[(size_t)rt.now].open;
   tick = {TimeCurrent(), bid, ask_of(bid), 0};
   return true;
  }
bool OrderCalcMargin(ENUM_ORDER_TYPE, const string, double volume, double price, double &margin)
  {
   margin = volume * 100000 / 100 * price;
   return true;
  }
double NormalizeDouble(double x, int digits)
  {
   const double scale = std::pow(10.0, digits);
   return std::floor(x * scale + 0.5) / scale;
  }
string IntegerToString(long number) { return string(std::to_string(number)); }
int OrdersTotal(void) { return 0; }
ulong OrderGetTicket(int) { return 0; }
long OrderGetInteger(ENUM_ORDER_PROPERTY_INTEGER) { return 0; }
string OrderGetString(ENUM_ORDER_PROPERTY_STRING) { return ""; }
void Sleep(int) {}
int PositionsTotal(void) { return broker.position.open ? 1 : 0; }
ulong PositionGetTicket(int) { return broker.position.ticket; }
bool PositionSelectByTicket(ulong ticket) { return broker.position.open && broker.position.ticket == ticket; }
long PositionGetInteger(ENUM_POSITION_PROPERTY_INTEGER property)
  {
   const Position &p = broker.position;
   switch(property)
     {
      case POSITION_TICKET: case POSITION_IDENTIFIER: return (long)p.ticket;
      case POSITION_TIME: return p.time;
      case POSITION_TYPE: return p.is_long ? POSITION_TYPE_BUY : POSITION_TYPE_SELL;
      default: return broker.magic;
     }
  }
double PositionGetDouble(ENUM_POSITION_PROPERTY_DOUBLE property)
  {
   const Position &p = broker.position;
   return property == POSITION_SL ? p.sl : property == POSITION_TP ? p.tp : p.price;
  }
string PositionGetString(ENUM_POSITION_PROPERTY_STRING) { return _Symbol; }
bool HistorySelect(datetime from, datetime)
  {
   broker.selected_from = 0;
   while(broker.selected_from < (int)broker.deals.size() && broker.deals[(size_t)broker.selected_from].time < from)
      broker.selected_from++;
   return true;
  }
// Deal 0 of a whole history is the deposit.
int HistoryDealsTotal(void) { return (int)broker.deals.size() - broker.selected_from; }
ulong HistoryDealGetTicket(int index) { return (ulong)(broker.selected_from + index + 1); }
const Deal &deal_of(ulong ticket) { return broker.deals.at((size_t)ticket - 1); }
long HistoryDealGetInteger(ulong ticket, ENUM_DEAL_PROPERTY_INTEGER property)
  {
   if(property == DEAL_TIME)
      return deal_of(ticket).time;
   if(property == DEAL_POSITION_ID)
      return (long)ticket;
   if(property == DEAL_TYPE)
      return ticket == 1 ? DEAL_TYPE_BALANCE : DEAL_TYPE_BUY;
   return property == DEAL_MAGIC ? (ticket == 1 ? 0 : broker.magic) : deal_of(ticket).entry ? DEAL_ENTRY_IN : DEAL_ENTRY_OUT;
  }
double HistoryDealGetDouble(ulong ticket, ENUM_DEAL_PROPERTY_DOUBLE property)
  {
   return property == DEAL_PROFIT ? deal_of(ticket).amount : 0;
  }
string HistoryDealGetString(ulong, ENUM_DEAL_PROPERTY_STRING) { return _Symbol; }
bool GlobalVariableCheck(const string name) { return broker.globals.count(name.text) > 0; }
datetime GlobalVariableSet(const string name, double value)
  {
   broker.globals[name.text] = value;
   return TimeCurrent();
  }
int GlobalVariablesTotal(void) { return (int)broker.globals.size(); }
string GlobalVariableName(int index) { return string(std::next(broker.globals.begin(), index)->first); }
bool GlobalVariableDel(const string name) { return broker.globals.erase(name.text) > 0; }
int StringFind(const string text, const string found, int) { return (int)text.text.find(found.text); }
int StringLen(const string text) { return (int)text.text.size(); }
string StringSubstr(const string text, int start, int) { return string(text.text.substr((size_t)start)); }
long StringToInteger(const string text) { return std::stoll(text.text); }
bool HistorySelectByPosition(long) { return HistorySelect(0, 0); }
void ExpertRemove(void) { abort(); }
bool ObjectCreate(long, const string, ENUM_OBJECT, int, datetime, double) { return true; }
bool ObjectSetInteger(long, const string, ENUM_OBJECT_PROPERTY_INTEGER, long) { return true; }
bool ObjectSetString(long, const string, ENUM_OBJECT_PROPERTY_STRING, const string) { return true; }
string ObjectGetString(long, const string, ENUM_OBJECT_PROPERTY_STRING) { return ""; }
int ObjectFind(long, const string) { return -1; }
int ObjectsDeleteAll(long, const string) { return 0; }
void ChartRedraw(long) {}
long ChartGetInteger(long, ENUM_CHART_PROPERTY_INTEGER) { return 0; }
string DoubleToString(double value, int) { return string(std::to_string(value)); }
string TimeToString(datetime time) { return IntegerToString(time); }
double TesterStatistics(ENUM_STATISTICS) { return 0; }
long SeriesInfoInteger(const string, ENUM_TIMEFRAMES, ENUM_SERIES_INFO_INTEGER) { return 1; }
bool IndicatorRelease(int) { return true; }

bool answered_with_requote(void)
  {
   broker.requests++;
   const bool requote = broker.requote > 0 && broker.requests % broker.requote == 0;
   broker.code = requote ? TRADE_RETCODE_REQUOTE : TRADE_RETCODE_DONE;
   return requote;
  }
void CTrade::SetExpertMagicNumber(const ulong magic) { broker.magic = (long)magic; }
void CTrade::SetMarginMode(void) {}
void CTrade::SetDeviationInPoints(const ulong) {}
void CTrade::SetAsyncMode(const bool) {}
void CTrade::LogLevel(const ENUM_LOG_LEVELS) {}
bool CTrade::SetTypeFillingBySymbol(const string) { return true; }
void CTrade::SetTypeFilling(const ENUM_ORDER_TYPE_FILLING) {}
uint CTrade::ResultRetcode(void) const { return broker.code; }
string CTrade::ResultRetcodeDescription(void) const { return ""; }
bool CTrade::PositionOpen(const string, const ENUM_ORDER_TYPE type, const double volume, const double price, const double sl, const double tp, const string)
  {
   if(broker.position.open)
      abort();
   if(answered_with_requote())
      return false;
   const bool is_long = type == ORDER_TYPE_BUY;
   const ulong ticket = (ulong)broker.deals.size() + 1;
   broker.position = {true, is_long, TimeCurrent(), volume, price, sl, tp, ticket};
   book({TimeCurrent(), true, is_long, volume, price, sl, tp, 0, 0, 0});
   return true;
  }
bool CTrade::PositionClose(const ulong ticket, const ulong)
  {
   if(!PositionSelectByTicket(ticket))
      abort();
   if(answered_with_requote())
      return false;
   const double bid = rt.bars[(size_t)rt.now].open;
   int number = 10;
   while(number > 0 && exit_reason != REASONS[number])
      number--;
   book_exit(broker.position.is_long ? bid : ask_of(bid), number);
   return true;
  }
bool CTrade::PositionModify(const ulong ticket, const double sl, const double tp)
  {
   if(!PositionSelectByTicket(ticket))
      abort();
   if(answered_with_requote())
      return false;
   broker.position.sl = sl;
   broker.position.tp = tp;
   return true;
  }

// Replay all bars through an Expert Advisor's own handlers and write the deals.
// settings: tick in points, stops level, hedging, deposit, and every so manieth: request answered with
// a requote, bar before which the terminal restarts (0: never); on a chart or in the tester.
template <typename Init, typename Deinit, typename Tick>
void replay(const std::vector<double> &settings, Init init, Deinit deinit, Tick on_tick)
  {
   broker.tick = settings[0] * 1e-5;
   broker.stops_level = (int)settings[1];
   broker.hedging = settings[2] != 0;
   book({0, false, true, 0, 0, 0, 0, 0, settings[3], 0});
   broker.requote = (int)settings[4];
   const int restart = (int)settings[5];
   rt.live = settings[6] != 0;
   if(init() != INIT_SUCCEEDED)
      abort();
   for(rt.now = 0; rt.now < (int)rt.bars.size(); rt.now++)
     {
      const MqlRates &bar = rt.bars[(size_t)rt.now];
      fill(bar.open, bar.open, bar.open);
      if(restart > 0 && rt.now % restart == restart - 1)
        {
         deinit(0);
         rt.handles = 0;
         if(init() != INIT_SUCCEEDED)
            abort();
        }
      on_tick();
      fill(bar.low, bar.high, bar.open);
     }
   rt.now--;
   if(broker.position.open)
      book_exit(broker.position.is_long ? rt.bars.back().close : ask_of(rt.bars.back().close), 11);
   for(size_t i = 1; i < broker.deals.size(); i++)
     {
      const Deal &d = broker.deals[i];
      for(double number : {(double)d.time, (double)d.entry, d.is_long ? 1.0 : -1.0, d.lots, d.price, d.sl, d.tp, d.profit, (double)d.reason})
         write_number(number);
     }
  }
