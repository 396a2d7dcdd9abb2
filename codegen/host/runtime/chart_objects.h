// Objects on the chart: a table of what was set, nothing is drawn.
#pragma once
#include "declared.h"
#include "text.h"
#include "types.h"
#include <map>
#include <string>

namespace host {

struct ChartObject {
    ENUM_OBJECT type;
    std::map<int, int64_t> integers;
    std::map<int, double> doubles;
    std::map<int, std::string> strings;
};
typedef std::map<std::string, ChartObject> ChartObjects;

}  // namespace host

bool ObjectCreate(int64_t chart, const string &name, ENUM_OBJECT type, int window, datetime time,
                  double price);
bool ObjectCreate(int64_t chart, const string &name, ENUM_OBJECT type, int window, datetime time,
                  double price, datetime time2, double price2);
int ObjectFind(int64_t chart, const string &name);
bool ObjectDelete(int64_t chart, const string &name);
int ObjectsDeleteAll(int64_t chart, int window = -1, int type = -1);
int ObjectsDeleteAll(int64_t chart, const string &prefix, int window = -1, int type = -1);
int ObjectsTotal(int64_t chart, int window = -1, int type = -1);
string ObjectName(int64_t chart, int position, int window = -1, int type = -1);
bool ObjectSetInteger(int64_t chart, const string &name, ENUM_OBJECT_PROPERTY_INTEGER property,
                      int64_t value);
bool ObjectSetInteger(int64_t chart, const string &name, ENUM_OBJECT_PROPERTY_INTEGER property,
                      int modifier, int64_t value);
bool ObjectSetDouble(int64_t chart, const string &name, ENUM_OBJECT_PROPERTY_DOUBLE property,
                     double value);
bool ObjectSetDouble(int64_t chart, const string &name, ENUM_OBJECT_PROPERTY_DOUBLE property,
                     int modifier, double value);
bool ObjectSetString(int64_t chart, const string &name, ENUM_OBJECT_PROPERTY_STRING property,
                     const string &value);
int64_t ObjectGetInteger(int64_t chart, const string &name, ENUM_OBJECT_PROPERTY_INTEGER property,
                         int modifier = 0);
double ObjectGetDouble(int64_t chart, const string &name, ENUM_OBJECT_PROPERTY_DOUBLE property,
                       int modifier = 0);
string ObjectGetString(int64_t chart, const string &name, ENUM_OBJECT_PROPERTY_STRING property,
                       int modifier = 0);
bool ObjectMove(int64_t chart, const string &name, int point, datetime time, double price);
int64_t ChartID();
void ChartRedraw(int64_t chart = 0);
int64_t ChartGetInteger(int64_t chart, ENUM_CHART_PROPERTY_INTEGER property, int window = 0);
bool ChartSetInteger(int64_t chart, ENUM_CHART_PROPERTY_INTEGER property, int64_t value);
int64_t ChartFirst();
int64_t ChartNext(int64_t chart);  // -1 past the last one
string ChartSymbol(int64_t chart = 0);
string ChartGetString(int64_t chart, ENUM_CHART_PROPERTY_STRING property);
ENUM_TIMEFRAMES ChartPeriod(int64_t chart = 0);
