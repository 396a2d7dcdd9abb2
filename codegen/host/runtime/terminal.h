// What a program learns of its symbol, account, terminal and itself.
#pragma once
#include "declared.h"
#include "structs.h"

string Symbol();
ENUM_TIMEFRAMES Period();
int Digits();
double Point();

namespace host {
const string &chart_symbol();
}

int64_t SymbolInfoInteger(const string &symbol, ENUM_SYMBOL_INFO_INTEGER property);
bool SymbolInfoInteger(const string &symbol, ENUM_SYMBOL_INFO_INTEGER property, int64_t &value);
double SymbolInfoDouble(const string &symbol, ENUM_SYMBOL_INFO_DOUBLE property);
bool SymbolInfoDouble(const string &symbol, ENUM_SYMBOL_INFO_DOUBLE property, double &value);
string SymbolInfoString(const string &symbol, ENUM_SYMBOL_INFO_STRING property);
bool SymbolInfoTick(const string &symbol, MqlTick &tick);
bool SymbolSelect(const string &symbol, bool select);
int64_t AccountInfoInteger(ENUM_ACCOUNT_INFO_INTEGER property);
double AccountInfoDouble(ENUM_ACCOUNT_INFO_DOUBLE property);
string AccountInfoString(ENUM_ACCOUNT_INFO_STRING property);
int MQLInfoInteger(ENUM_MQL_INFO_INTEGER property);
string MQLInfoString(ENUM_MQL_INFO_STRING property);
int TerminalInfoInteger(ENUM_TERMINAL_INFO_INTEGER property);

int GetLastError();
void ResetLastError();
void SetUserError(ushort number);
int UninitializeReason();
bool IsStopped();
int MathRand();  // 0..32767, the same numbers in every run
void MathSrand(int seed);
void ExpertRemove();
void Sleep(int milliseconds);
datetime TimeCurrent();
datetime TimeCurrent(MqlDateTime &parts);
datetime TimeTradeServer();
datetime TimeLocal();
datetime TimeGMT();
uint GetTickCount();
ulong GetTickCount64();
ulong GetMicrosecondCount();

bool GlobalVariableCheck(const string &name);
double GlobalVariableGet(const string &name);
bool GlobalVariableGet(const string &name, double &value);
datetime GlobalVariableSet(const string &name, double value);
bool GlobalVariableDel(const string &name);
int GlobalVariablesDeleteAll(const string &prefix = "", datetime limit = 0);
int GlobalVariablesTotal();
string GlobalVariableName(int index);
void GlobalVariablesFlush();
bool GlobalVariableTemp(const string &name);
double TesterStatistics(ENUM_STATISTICS statistic);
void TesterStop();

// No sound, mail or window leaves a test.
bool PlaySound(const string &file);
bool SendMail(const string &subject, const string &text);
bool SendNotification(const string &text);
