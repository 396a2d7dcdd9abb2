// What emitted Expert Advisors use of MQL5, declared for a C++ compiler that checks names and types.
// Enumerations are distinct types, so that a wrong one is an error. Arrays check their bounds; what it
// takes to run the part of an Expert Advisor that reads bars and indicators stands in runtime.h.
#pragma once
#include <climits>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

typedef uint64_t ulong;
typedef uint32_t uint;
#define long int64_t
typedef long datetime;

struct string
  {
   std::string text;
   string(void) {}
   string(const char *from) : text(from) {}
   string(const std::string &from) : text(from) {}
   bool operator==(const string &other) const { return text == other.text; }
   bool operator!=(const string &other) const { return text != other.text; }
  };
inline string &operator+=(string &a, const string &b) { a.text += b.text; return a; }
inline string operator+(const string &a, const string &b) { return string(a.text + b.text); }

// A dynamic or fixed array of MQL5; index 0 is the newest value where it was set as a series.
template <typename T>
struct Array
  {
   struct Cell { T value; };  // keeps bool out of vector<bool>
   std::vector<Cell> cells;
   mutable bool series = false;
   Array() {}
   explicit Array(int size) : cells((size_t)size) {}
   size_t at(int index) const
     {
      if(index < 0 || (size_t)index >= cells.size())
         abort();
      return series ? cells.size() - 1 - (size_t)index : (size_t)index;
     }
   T &operator[](int index) { return cells[at(index)].value; }
   const T &operator[](int index) const { return cells[at(index)].value; }
  };

struct MqlRates
  {
   datetime time;
   double   open, high, low, close;
   long     tick_volume;
   int      spread;
   long     real_volume;
  };
struct MqlTick
  {
   datetime time;
   double   bid, ask, last;
  };

// The numbers are not MetaTrader's: seconds, so that the stand-in need not know them.
enum ENUM_TIMEFRAMES { PERIOD_CURRENT = 0, PERIOD_M15 = 900, PERIOD_M30 = 1800, PERIOD_H1 = 3600, PERIOD_H2 = 7200, PERIOD_H3 = 10800, PERIOD_H4 = 14400, PERIOD_H6 = 21600, PERIOD_H8 = 28800, PERIOD_H12 = 43200, PERIOD_D1 = 86400, PERIOD_W1 = 604800 };
enum ENUM_MA_METHOD { MODE_SMA, MODE_EMA, MODE_SMMA, MODE_LWMA };
enum ENUM_APPLIED_PRICE { PRICE_CLOSE = 1, PRICE_OPEN, PRICE_HIGH, PRICE_LOW, PRICE_MEDIAN, PRICE_TYPICAL, PRICE_WEIGHTED };
enum ENUM_APPLIED_VOLUME { VOLUME_TICK, VOLUME_REAL };
enum ENUM_STO_PRICE { STO_LOWHIGH, STO_CLOSECLOSE };
enum ENUM_MQL_INFO_INTEGER { MQL_TESTER, MQL_TRADE_ALLOWED, MQL_VISUAL_MODE };
enum ENUM_ACCOUNT_INFO_INTEGER { ACCOUNT_MARGIN_MODE, ACCOUNT_LOGIN };
enum ENUM_ACCOUNT_INFO_DOUBLE { ACCOUNT_BALANCE, ACCOUNT_EQUITY, ACCOUNT_MARGIN_FREE, ACCOUNT_CREDIT };
enum ENUM_ACCOUNT_MARGIN_MODE { ACCOUNT_MARGIN_MODE_RETAIL_NETTING, ACCOUNT_MARGIN_MODE_EXCHANGE, ACCOUNT_MARGIN_MODE_RETAIL_HEDGING };
enum ENUM_SYMBOL_INFO_INTEGER { SYMBOL_CHART_MODE, SYMBOL_TRADE_STOPS_LEVEL, SYMBOL_SPREAD };
enum ENUM_SYMBOL_INFO_DOUBLE { SYMBOL_TRADE_TICK_SIZE, SYMBOL_TRADE_TICK_VALUE_LOSS, SYMBOL_VOLUME_MIN, SYMBOL_VOLUME_MAX, SYMBOL_VOLUME_STEP };
enum ENUM_OBJECT { OBJ_LABEL, OBJ_ARROW_BUY, OBJ_ARROW_SELL };
enum ENUM_OBJECT_PROPERTY_INTEGER { OBJPROP_COLOR, OBJPROP_SELECTABLE, OBJPROP_CORNER, OBJPROP_XDISTANCE, OBJPROP_YDISTANCE, OBJPROP_FONTSIZE };
enum ENUM_OBJECT_PROPERTY_STRING { OBJPROP_TEXT };
enum ENUM_CHART_PROPERTY_INTEGER { CHART_COLOR_FOREGROUND };
enum ENUM_BASE_CORNER { CORNER_LEFT_UPPER };
typedef uint color;
enum ENUM_SYMBOL_CHART_MODE { SYMBOL_CHART_MODE_BID, SYMBOL_CHART_MODE_LAST };
enum ENUM_SERIES_INFO_INTEGER { SERIES_SYNCHRONIZED };
enum ENUM_ORDER_TYPE_FILLING { ORDER_FILLING_FOK, ORDER_FILLING_IOC, ORDER_FILLING_RETURN };
enum ENUM_ORDER_TYPE { ORDER_TYPE_BUY, ORDER_TYPE_SELL };
enum ENUM_ORDER_PROPERTY_INTEGER { ORDER_MAGIC };
enum ENUM_ORDER_PROPERTY_STRING { ORDER_SYMBOL };
enum ENUM_POSITION_TYPE { POSITION_TYPE_BUY, POSITION_TYPE_SELL };
enum ENUM_POSITION_PROPERTY_INTEGER { POSITION_TICKET, POSITION_TIME, POSITION_TYPE, POSITION_MAGIC, POSITION_IDENTIFIER };
enum ENUM_POSITION_PROPERTY_DOUBLE { POSITION_PRICE_OPEN, POSITION_VOLUME, POSITION_SL, POSITION_TP };
enum ENUM_POSITION_PROPERTY_STRING { POSITION_SYMBOL };
enum ENUM_DEAL_PROPERTY_INTEGER { DEAL_TYPE, DEAL_ENTRY, DEAL_TIME, DEAL_MAGIC, DEAL_POSITION_ID };
enum ENUM_DEAL_PROPERTY_DOUBLE { DEAL_PRICE, DEAL_PROFIT, DEAL_SWAP, DEAL_COMMISSION, DEAL_FEE };
enum ENUM_DEAL_PROPERTY_STRING { DEAL_SYMBOL };
enum ENUM_DEAL_TYPE { DEAL_TYPE_BUY, DEAL_TYPE_SELL, DEAL_TYPE_BALANCE, DEAL_TYPE_CREDIT, DEAL_TYPE_BONUS };
enum ENUM_DEAL_ENTRY { DEAL_ENTRY_IN, DEAL_ENTRY_OUT, DEAL_ENTRY_INOUT };
enum ENUM_STATISTICS
  {
   STAT_INITIAL_DEPOSIT, STAT_PROFIT, STAT_GROSS_PROFIT, STAT_GROSS_LOSS, STAT_MAX_PROFITTRADE,
   STAT_MAX_LOSSTRADE, STAT_CONPROFITMAX, STAT_CONPROFITMAX_TRADES, STAT_MAX_CONWINS,
   STAT_MAX_CONPROFIT_TRADES, STAT_CONLOSSMAX, STAT_CONLOSSMAX_TRADES, STAT_MAX_CONLOSSES,
   STAT_MAX_CONLOSS_TRADES, STAT_BALANCEMIN, STAT_BALANCE_DD, STAT_BALANCEDD_PERCENT,
   STAT_BALANCE_DDREL_PERCENT, STAT_BALANCE_DD_RELATIVE, STAT_EQUITYMIN, STAT_EQUITY_DD,
   STAT_EQUITYDD_PERCENT, STAT_EQUITY_DDREL_PERCENT, STAT_EQUITY_DD_RELATIVE, STAT_EXPECTED_PAYOFF,
   STAT_PROFIT_FACTOR, STAT_RECOVERY_FACTOR, STAT_SHARPE_RATIO, STAT_DEALS, STAT_TRADES,
   STAT_PROFIT_TRADES, STAT_LOSS_TRADES, STAT_SHORT_TRADES, STAT_LONG_TRADES,
   STAT_PROFIT_SHORTTRADES, STAT_PROFIT_LONGTRADES, STAT_PROFITTRADES_AVGCON,
   STAT_LOSSTRADES_AVGCON
  };
const double DBL_MAX = 1.7976931348623158e+308;
enum ENUM_LOG_LEVELS { LOG_LEVEL_NO, LOG_LEVEL_ERRORS, LOG_LEVEL_ALL };
enum ENUM_INIT_RETCODE { INIT_SUCCEEDED, INIT_FAILED, INIT_PARAMETERS_INCORRECT };

const int INVALID_HANDLE = -1;
const double EMPTY_VALUE = 1.7976931348623157e308;
const uint TRADE_RETCODE_REQUOTE = 10004, TRADE_RETCODE_PLACED = 10008, TRADE_RETCODE_DONE = 10009;
const uint TRADE_RETCODE_DONE_PARTIAL = 10010, TRADE_RETCODE_TIMEOUT = 10012, TRADE_RETCODE_PRICE_CHANGED = 10020;
const uint TRADE_RETCODE_PRICE_OFF = 10021, TRADE_RETCODE_TOO_MANY_REQUESTS = 10024, TRADE_RETCODE_NO_CHANGES = 10025;
const uint TRADE_RETCODE_LOCKED = 10028, TRADE_RETCODE_CONNECTION = 10031, TRADE_RETCODE_POSITION_CLOSED = 10036;
const uint TRADE_RETCODE_CLOSE_ORDER_EXIST = 10039;

extern const string _Symbol;
extern const ENUM_TIMEFRAMES _Period;
extern const double _Point;
extern const int _Digits;

// Arguments are taken as they are written: no conversion from double to int goes unnoticed.
inline double MathMax(double a, double b) { return a > b ? a : b; }
inline int MathMax(int a, int b) { return a > b ? a : b; }
inline double MathMin(double a, double b) { return a < b ? a : b; }
inline int MathMin(int a, int b) { return a < b ? a : b; }
double MathAbs(double x);
double MathFloor(double x);
double MathCeil(double x);
double MathSqrt(double x);
double MathPow(double base, double exponent);
double MathExp(double x);
double MathLog(double x);
bool   MathIsValidNumber(double x);
double NormalizeDouble(double x, int digits);
string IntegerToString(long number);
// Why a position is closed is printed, and kept here.
inline string exit_reason;
inline void note_reason(const string &text) { exit_reason = text; }
template <typename T>
void note_reason(const T &) {}
template <typename... T>
void PrintFormat(const string format, T... values)
  {
   if(format.text.rfind("closing", 0) == 0)
      (note_reason(values), ...);
  }
inline void Print(const string) {}
void Sleep(int milliseconds);
int  GetLastError(void);
datetime TimeCurrent(void);

template <typename T>
int ArrayResize(Array<T> &array, int size, int = 0)
  {
   array.cells.resize((size_t)size);
   return size;
  }
template <typename T>
int ArraySize(const Array<T> &array) { return (int)array.cells.size(); }
template <typename T>
bool ArraySetAsSeries(const Array<T> &array, bool flag)
  {
   array.series = flag;
   return true;
  }
template <typename T>
void ZeroMemory(T &value) { value = T(); }

int PeriodSeconds(ENUM_TIMEFRAMES period);
int Bars(const string symbol, ENUM_TIMEFRAMES period);
datetime iTime(const string symbol, ENUM_TIMEFRAMES period, int shift);
int iBarShift(const string symbol, ENUM_TIMEFRAMES period, datetime time, bool exact = false);
int CopyRates(const string symbol, ENUM_TIMEFRAMES period, int start, int count, Array<MqlRates> &rates);
int CopyBuffer(int handle, int buffer, int start, int count, Array<double> &values);
bool IndicatorRelease(int handle);
long SeriesInfoInteger(const string symbol, ENUM_TIMEFRAMES period, ENUM_SERIES_INFO_INTEGER property);
int iMA(const string s, ENUM_TIMEFRAMES p, int period, int shift, ENUM_MA_METHOD method, ENUM_APPLIED_PRICE price);
int iRSI(const string s, ENUM_TIMEFRAMES p, int period, ENUM_APPLIED_PRICE price);
int iATR(const string s, ENUM_TIMEFRAMES p, int period);
int iCCI(const string s, ENUM_TIMEFRAMES p, int period, ENUM_APPLIED_PRICE price);
int iMomentum(const string s, ENUM_TIMEFRAMES p, int period, ENUM_APPLIED_PRICE price);
int iMACD(const string s, ENUM_TIMEFRAMES p, int fast, int slow, int signal, ENUM_APPLIED_PRICE price);
int iStdDev(const string s, ENUM_TIMEFRAMES p, int period, int shift, ENUM_MA_METHOD method, ENUM_APPLIED_PRICE price);
int iEnvelopes(const string s, ENUM_TIMEFRAMES p, int period, int shift, ENUM_MA_METHOD method, ENUM_APPLIED_PRICE price, double deviation);
int iBands(const string s, ENUM_TIMEFRAMES p, int period, int shift, double deviation, ENUM_APPLIED_PRICE price);
int iStochastic(const string s, ENUM_TIMEFRAMES p, int k, int d, int slowing, ENUM_MA_METHOD method, ENUM_STO_PRICE price);
int iOsMA(const string s, ENUM_TIMEFRAMES p, int fast, int slow, int signal, ENUM_APPLIED_PRICE price);
int iWPR(const string s, ENUM_TIMEFRAMES p, int period);
int iDeMarker(const string s, ENUM_TIMEFRAMES p, int period);
int iRVI(const string s, ENUM_TIMEFRAMES p, int period);
int iBearsPower(const string s, ENUM_TIMEFRAMES p, int period);
int iBullsPower(const string s, ENUM_TIMEFRAMES p, int period);
int iOBV(const string s, ENUM_TIMEFRAMES p, ENUM_APPLIED_VOLUME volume);
int iAD(const string s, ENUM_TIMEFRAMES p, ENUM_APPLIED_VOLUME volume);
int iChaikin(const string s, ENUM_TIMEFRAMES p, int fast, int slow, ENUM_MA_METHOD method, ENUM_APPLIED_VOLUME volume);
int iMFI(const string s, ENUM_TIMEFRAMES p, int period, ENUM_APPLIED_VOLUME volume);
int iForce(const string s, ENUM_TIMEFRAMES p, int period, ENUM_MA_METHOD method, ENUM_APPLIED_VOLUME volume);
int iDEMA(const string s, ENUM_TIMEFRAMES p, int period, int shift, ENUM_APPLIED_PRICE price);
int iTEMA(const string s, ENUM_TIMEFRAMES p, int period, int shift, ENUM_APPLIED_PRICE price);
int iTriX(const string s, ENUM_TIMEFRAMES p, int period, ENUM_APPLIED_PRICE price);
int iAMA(const string s, ENUM_TIMEFRAMES p, int period, int fast, int slow, int shift, ENUM_APPLIED_PRICE price);
int iVIDyA(const string s, ENUM_TIMEFRAMES p, int cmo_period, int period, int shift, ENUM_APPLIED_PRICE price);
int iFrAMA(const string s, ENUM_TIMEFRAMES p, int period, int shift, ENUM_APPLIED_PRICE price);
int iADX(const string s, ENUM_TIMEFRAMES p, int period);
int iADXWilder(const string s, ENUM_TIMEFRAMES p, int period);
int iSAR(const string s, ENUM_TIMEFRAMES p, double step, double maximum);
int iIchimoku(const string s, ENUM_TIMEFRAMES p, int tenkan, int kijun, int senkou);
int iAO(const string s, ENUM_TIMEFRAMES p);
int iAC(const string s, ENUM_TIMEFRAMES p);
int iAlligator(const string s, ENUM_TIMEFRAMES p, int jaws, int jaws_shift, int teeth, int teeth_shift, int lips, int lips_shift, ENUM_MA_METHOD method, ENUM_APPLIED_PRICE price);

long MQLInfoInteger(ENUM_MQL_INFO_INTEGER property);
long AccountInfoInteger(ENUM_ACCOUNT_INFO_INTEGER property);
double AccountInfoDouble(ENUM_ACCOUNT_INFO_DOUBLE property);
long SymbolInfoInteger(const string symbol, ENUM_SYMBOL_INFO_INTEGER property);
double SymbolInfoDouble(const string symbol, ENUM_SYMBOL_INFO_DOUBLE property);
bool SymbolInfoTick(const string symbol, MqlTick &tick);
bool OrderCalcMargin(ENUM_ORDER_TYPE type, const string symbol, double volume, double price, double &margin);
int OrdersTotal(void);
ulong OrderGetTicket(int index);
long OrderGetInteger(ENUM_ORDER_PROPERTY_INTEGER property);
string OrderGetString(ENUM_ORDER_PROPERTY_STRING property);
int PositionsTotal(void);
ulong PositionGetTicket(int index);
bool PositionSelectByTicket(ulong ticket);
long PositionGetInteger(ENUM_POSITION_PROPERTY_INTEGER property);
double PositionGetDouble(ENUM_POSITION_PROPERTY_DOUBLE property);
string PositionGetString(ENUM_POSITION_PROPERTY_STRING property);
bool HistorySelect(datetime from, datetime to);
int HistoryDealsTotal(void);
ulong HistoryDealGetTicket(int index);
long HistoryDealGetInteger(ulong ticket, ENUM_DEAL_PROPERTY_INTEGER property);
double HistoryDealGetDouble(ulong ticket, ENUM_DEAL_PROPERTY_DOUBLE property);
string HistoryDealGetString(ulong ticket, ENUM_DEAL_PROPERTY_STRING property);
bool GlobalVariableCheck(const string name);
datetime GlobalVariableSet(const string name, double value);
int GlobalVariablesTotal(void);
string GlobalVariableName(int index);
bool GlobalVariableDel(const string name);
int StringFind(const string text, const string found, int start = 0);
int StringLen(const string text);
string StringSubstr(const string text, int start, int length = -1);
long StringToInteger(const string text);
bool HistorySelectByPosition(long position);
void ExpertRemove(void);
bool ObjectCreate(long chart, const string name, ENUM_OBJECT type, int window, datetime time, double price);
bool ObjectSetInteger(long chart, const string name, ENUM_OBJECT_PROPERTY_INTEGER property, long value);
bool ObjectSetString(long chart, const string name, ENUM_OBJECT_PROPERTY_STRING property, const string value);
string ObjectGetString(long chart, const string name, ENUM_OBJECT_PROPERTY_STRING property);
int ObjectFind(long chart, const string name);
int ObjectsDeleteAll(long chart, const string prefix);
void ChartRedraw(long chart);
long ChartGetInteger(long chart, ENUM_CHART_PROPERTY_INTEGER property);
string DoubleToString(double value, int digits);
string TimeToString(datetime time);
template <typename... T> string StringFormat(const string format, T...) { return format; }
double TesterStatistics(ENUM_STATISTICS statistic);
