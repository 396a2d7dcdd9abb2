// Functions of MQL5 with their parameters, as declarations.

//--- output
void Print(...);
void Comment(...);
void Alert(...);
void PrintFormat(const string format, ...);
string StringFormat(const string format, ...);

//--- mathematics
double MathAbs(double value);
int MathAbs(int value);
long MathAbs(long value);
double MathMax(double a, double b);
int MathMax(int a, int b);
uint MathMax(uint a, uint b);
long MathMax(long a, long b);
ulong MathMax(ulong a, ulong b);
double MathMin(double a, double b);
int MathMin(int a, int b);
uint MathMin(uint a, uint b);
long MathMin(long a, long b);
ulong MathMin(ulong a, ulong b);
double MathFloor(double value);
double MathCeil(double value);
double MathRound(double value);
double MathSqrt(double value);
double MathPow(double base, double exponent);
double MathExp(double value);
double MathLog(double value);
double MathLog10(double value);
double MathSin(double value);
double MathCos(double value);
double MathTan(double value);
double MathArcsin(double value);
double MathArccos(double value);
double MathArctan(double value);
double MathMod(double value, double divisor);
int MathRand(void);
void MathSrand(int seed);
bool MathIsValidNumber(double value);
double NormalizeDouble(double value, int digits);

//--- text
string IntegerToString(long number, int length = 0, ushort fill = ' ');
string DoubleToString(double value, int digits = 8);
string TimeToString(datetime value, int mode = TIME_DATE | TIME_MINUTES);
string ColorToString(color value, bool named = false);
double StringToDouble(const string value);
long StringToInteger(const string value);
datetime StringToTime(const string value);
int StringLen(const string text);
int StringFind(const string text, const string part, int start = 0);
string StringSubstr(const string text, int start, int length = -1);
int StringCompare(const string a, const string b, bool case_sensitive = true);
int StringReplace(string &text, const string part, const string by);
bool StringToLower(string &text);
bool StringToUpper(string &text);
int StringTrimLeft(string &text);
int StringTrimRight(string &text);
ushort StringGetCharacter(const string text, int place);
int StringSplit(const string text, const ushort separator, string &parts[]);
string ShortToString(ushort code);

//--- arrays
template<typename T> int ArraySize(const T &array[]);
template<typename T> int ArrayResize(T &array[], int size, int reserve = 0);
template<typename T> void ArrayFree(T &array[]);
template<typename T> bool ArraySetAsSeries(const T &array[], bool flag);
template<typename T> bool ArrayGetAsSeries(const T &array[]);
template<typename T> bool ArrayIsSeries(const T &array[]);
template<typename T> bool ArrayIsDynamic(const T &array[]);
template<typename T> int ArrayInitialize(T &array[], T value);
template<typename T> void ArrayFill(T &array[], int start, int count, T value);
template<typename T> int ArrayCopy(T &to[], const T &from[], int to_start = 0, int from_start = 0, int count = WHOLE_ARRAY);
template<typename T> int ArrayMaximum(const T &array[], int start = 0, int count = WHOLE_ARRAY);
template<typename T> int ArrayMinimum(const T &array[], int start = 0, int count = WHOLE_ARRAY);
template<typename T> bool ArraySort(T &array[]);
template<typename T> bool ArrayReverse(T &array[]);
template<typename T> bool ArrayRemove(T &array[], int start, int count = WHOLE_ARRAY);
template<typename T> void ZeroMemory(T &variable);
template<typename T> void ZeroMemory(T &array[]);

//--- time
datetime TimeCurrent(void);
datetime TimeTradeServer(void);
datetime TimeLocal(void);
datetime TimeGMT(void);
bool TimeToStruct(datetime time, MqlDateTime &parts);
datetime StructToTime(const MqlDateTime &parts);
ulong GetMicrosecondCount(void);
uint GetTickCount(void);
void Sleep(int milliseconds);

//--- program and terminal
int GetLastError(void);
void ResetLastError(void);
void SetUserError(ushort code);
bool IsStopped(void);
int UninitializeReason(void);
void ExpertRemove(void);
int MQLInfoInteger(ENUM_MQL_INFO_INTEGER property);
string MQLInfoString(ENUM_MQL_INFO_STRING property);
int TerminalInfoInteger(ENUM_TERMINAL_INFO_INTEGER property);
bool EventSetTimer(int seconds);
void EventKillTimer(void);
double TesterStatistics(ENUM_STATISTICS statistic);
bool GlobalVariableCheck(const string name);
double GlobalVariableGet(const string name);
datetime GlobalVariableSet(const string name, double value);
bool GlobalVariableDel(const string name);
int GlobalVariablesTotal(void);
string GlobalVariableName(int index);

//--- bars
string Symbol(void);
ENUM_TIMEFRAMES Period(void);
double Point(void);
int Digits(void);
int PeriodSeconds(ENUM_TIMEFRAMES period = PERIOD_CURRENT);
int Bars(const string symbol, ENUM_TIMEFRAMES timeframe);
int iBars(const string symbol, ENUM_TIMEFRAMES timeframe);
datetime iTime(const string symbol, ENUM_TIMEFRAMES timeframe, int shift);
double iOpen(const string symbol, ENUM_TIMEFRAMES timeframe, int shift);
double iHigh(const string symbol, ENUM_TIMEFRAMES timeframe, int shift);
double iLow(const string symbol, ENUM_TIMEFRAMES timeframe, int shift);
double iClose(const string symbol, ENUM_TIMEFRAMES timeframe, int shift);
long iVolume(const string symbol, ENUM_TIMEFRAMES timeframe, int shift);
int iSpread(const string symbol, ENUM_TIMEFRAMES timeframe, int shift);
int iBarShift(const string symbol, ENUM_TIMEFRAMES timeframe, datetime time, bool exact = false);
long SeriesInfoInteger(const string symbol, ENUM_TIMEFRAMES timeframe, ENUM_SERIES_INFO_INTEGER property);
int CopyRates(const string symbol, ENUM_TIMEFRAMES timeframe, int start, int count, MqlRates &rates[]);
int CopyTime(const string symbol, ENUM_TIMEFRAMES timeframe, int start, int count, datetime &values[]);
int CopyOpen(const string symbol, ENUM_TIMEFRAMES timeframe, int start, int count, double &values[]);
int CopyHigh(const string symbol, ENUM_TIMEFRAMES timeframe, int start, int count, double &values[]);
int CopyLow(const string symbol, ENUM_TIMEFRAMES timeframe, int start, int count, double &values[]);
int CopyClose(const string symbol, ENUM_TIMEFRAMES timeframe, int start, int count, double &values[]);
int CopyTickVolume(const string symbol, ENUM_TIMEFRAMES timeframe, int start, int count, long &values[]);
int CopySpread(const string symbol, ENUM_TIMEFRAMES timeframe, int start, int count, int &values[]);
int CopyBuffer(int handle, int buffer, int start, int count, double &values[]);
int BarsCalculated(int handle);
bool IndicatorRelease(int handle);

//--- symbol and account
double SymbolInfoDouble(const string symbol, ENUM_SYMBOL_INFO_DOUBLE property);
long SymbolInfoInteger(const string symbol, ENUM_SYMBOL_INFO_INTEGER property);
string SymbolInfoString(const string symbol, ENUM_SYMBOL_INFO_STRING property);
bool SymbolInfoTick(const string symbol, MqlTick &tick);
bool SymbolSelect(const string symbol, bool select);
double AccountInfoDouble(ENUM_ACCOUNT_INFO_DOUBLE property);
long AccountInfoInteger(ENUM_ACCOUNT_INFO_INTEGER property);
string AccountInfoString(ENUM_ACCOUNT_INFO_STRING property);

//--- trading
bool OrderCalcMargin(ENUM_ORDER_TYPE type, const string symbol, double volume, double price, double &margin);
bool OrderCalcProfit(ENUM_ORDER_TYPE type, const string symbol, double volume, double open, double close, double &profit);
bool OrderCheck(const MqlTradeRequest &request, MqlTradeCheckResult &result);
bool OrderSend(const MqlTradeRequest &request, MqlTradeResult &result);
int OrdersTotal(void);
ulong OrderGetTicket(int index);
bool OrderSelect(ulong ticket);
long OrderGetInteger(ENUM_ORDER_PROPERTY_INTEGER property);
double OrderGetDouble(ENUM_ORDER_PROPERTY_DOUBLE property);
string OrderGetString(ENUM_ORDER_PROPERTY_STRING property);
int PositionsTotal(void);
string PositionGetSymbol(int index);
ulong PositionGetTicket(int index);
bool PositionSelect(const string symbol);
bool PositionSelectByTicket(ulong ticket);
long PositionGetInteger(ENUM_POSITION_PROPERTY_INTEGER property);
double PositionGetDouble(ENUM_POSITION_PROPERTY_DOUBLE property);
string PositionGetString(ENUM_POSITION_PROPERTY_STRING property);
bool HistorySelect(datetime from, datetime to);
bool HistorySelectByPosition(long position_id);
int HistoryDealsTotal(void);
ulong HistoryDealGetTicket(int index);
bool HistoryDealSelect(ulong ticket);
long HistoryDealGetInteger(ulong ticket, ENUM_DEAL_PROPERTY_INTEGER property);
double HistoryDealGetDouble(ulong ticket, ENUM_DEAL_PROPERTY_DOUBLE property);
string HistoryDealGetString(ulong ticket, ENUM_DEAL_PROPERTY_STRING property);
int HistoryOrdersTotal(void);
ulong HistoryOrderGetTicket(int index);
bool HistoryOrderSelect(ulong ticket);
long HistoryOrderGetInteger(ulong ticket, ENUM_ORDER_PROPERTY_INTEGER property);
double HistoryOrderGetDouble(ulong ticket, ENUM_ORDER_PROPERTY_DOUBLE property);
string HistoryOrderGetString(ulong ticket, ENUM_ORDER_PROPERTY_STRING property);
