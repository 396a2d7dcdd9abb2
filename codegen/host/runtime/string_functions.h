// Functions on strings. Positions and lengths count UTF-16 units, as in MetaTrader.
#pragma once
#include "array.h"
#include "declared.h"
#include "text.h"
#include "types.h"

int StringLen(const string &text);
int StringFind(const string &text, const string &sought, int start = 0);
string StringSubstr(const string &text, int start, int length = -1);
int StringReplace(string &text, const string &from, const string &to);
int StringSplit(const string &text, ushort separator, Array<string> &parts);
int StringTrimLeft(string &text);
int StringTrimRight(string &text);
bool StringToUpper(string &text);
bool StringToLower(string &text);
bool StringAdd(string &text, const string &more);
int StringCompare(const string &a, const string &b, bool case_sensitive = true);
ushort StringGetCharacter(const string &text, int position);
bool StringSetCharacter(string &text, int position, ushort code);
bool StringFill(string &text, ushort code);
int64_t StringToInteger(const string &text);
double StringToDouble(const string &text);
