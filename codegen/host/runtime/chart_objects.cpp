#include "chart_objects.h"
#include "program.h"
#include "terminal.h"

namespace host {
namespace {

// The object of a name, null with the error set where there is none.
ChartObject *object(const string &name) {
    ChartObjects &all = program().objects;
    const auto found = all.find(name.text);
    if (found == all.end())
        return failed(ERR_OBJECT_NOT_FOUND, static_cast<ChartObject *>(nullptr));
    return &found->second;
}

int delete_matching(const std::string &prefix, int type) {
    ChartObjects &all = program().objects;
    int deleted = 0;
    for (auto each = all.begin(); each != all.end();) {
        const bool matches = each->first.compare(0, prefix.size(), prefix) == 0 &&
                             (type < 0 || each->second.type == type);
        deleted += matches;
        each = matches ? all.erase(each) : std::next(each);
    }
    return deleted;
}

const int64_t OWN_CHART = 1;

// A chart beside the expert's own, null with the error set where there is none.
const OtherChart *other_chart(int64_t id) {
    for (const OtherChart &each : program().server->script.charts) {
        if (each.id == id)
            return &each;
    }
    return failed(ERR_CHART_NOT_FOUND, static_cast<const OtherChart *>(nullptr));
}

}  // namespace
}  // namespace host

using namespace host;

bool ObjectCreate(int64_t, const string &name, ENUM_OBJECT type, int, datetime time,
                  double price) {
    const bool fresh = program().objects.find(name.text) == program().objects.end();
    ChartObject &made = program().objects[name.text];
    made.type = type;
    made.integers[OBJPROP_TIME] = time.value;
    made.doubles[OBJPROP_PRICE] = price;
    return fresh;
}

bool ObjectCreate(int64_t chart, const string &name, ENUM_OBJECT type, int window, datetime time,
                  double price, datetime, double) {
    return ObjectCreate(chart, name, type, window, time, price);
}

int ObjectFind(int64_t, const string &name) { return object(name) == nullptr ? -1 : 0; }

bool ObjectDelete(int64_t, const string &name) { return program().objects.erase(name.text) > 0; }

int ObjectsDeleteAll(int64_t, int, int type) { return delete_matching("", type); }

int ObjectsDeleteAll(int64_t, const string &prefix, int, int type) {
    return delete_matching(prefix.text, type);
}

int ObjectsTotal(int64_t, int, int type) {
    int total = 0;
    for (const auto &each : program().objects)
        total += type < 0 || each.second.type == type;
    return total;
}

string ObjectName(int64_t, int position, int, int type) {
    for (const auto &each : program().objects) {
        if ((type < 0 || each.second.type == type) && position-- == 0)
            return each.first;
    }
    return failed(ERR_OBJECT_NOT_FOUND, string());
}

bool ObjectSetInteger(int64_t, const string &name, ENUM_OBJECT_PROPERTY_INTEGER property,
                      int64_t value) {
    ChartObject *found = object(name);
    if (found != nullptr)
        found->integers[property] = value;
    return found != nullptr;
}

bool ObjectSetInteger(int64_t chart, const string &name, ENUM_OBJECT_PROPERTY_INTEGER property,
                      int, int64_t value) {
    return ObjectSetInteger(chart, name, property, value);
}

bool ObjectSetDouble(int64_t, const string &name, ENUM_OBJECT_PROPERTY_DOUBLE property,
                     double value) {
    ChartObject *found = object(name);
    if (found != nullptr)
        found->doubles[property] = value;
    return found != nullptr;
}

bool ObjectSetDouble(int64_t chart, const string &name, ENUM_OBJECT_PROPERTY_DOUBLE property, int,
                     double value) {
    return ObjectSetDouble(chart, name, property, value);
}

bool ObjectSetString(int64_t, const string &name, ENUM_OBJECT_PROPERTY_STRING property,
                     const string &value) {
    ChartObject *found = object(name);
    if (found != nullptr)
        found->strings[property] = value.text;
    return found != nullptr;
}

int64_t ObjectGetInteger(int64_t, const string &name, ENUM_OBJECT_PROPERTY_INTEGER property,
                         int) {
    ChartObject *found = object(name);
    return found == nullptr ? 0 : found->integers[property];
}

double ObjectGetDouble(int64_t, const string &name, ENUM_OBJECT_PROPERTY_DOUBLE property, int) {
    ChartObject *found = object(name);
    return found == nullptr ? 0.0 : found->doubles[property];
}

string ObjectGetString(int64_t, const string &name, ENUM_OBJECT_PROPERTY_STRING property, int) {
    ChartObject *found = object(name);
    return found == nullptr ? string() : string(found->strings[property]);
}

bool ObjectMove(int64_t, const string &name, int, datetime time, double price) {
    ChartObject *found = object(name);
    if (found == nullptr)
        return false;
    found->integers[OBJPROP_TIME] = time.value;
    found->doubles[OBJPROP_PRICE] = price;
    return true;
}

int64_t ChartID() { return OWN_CHART; }
void ChartRedraw(int64_t) {}
int64_t ChartGetInteger(int64_t, ENUM_CHART_PROPERTY_INTEGER, int) { return 0; }
bool ChartSetInteger(int64_t, ENUM_CHART_PROPERTY_INTEGER, int64_t) { return true; }

int64_t ChartFirst() { return OWN_CHART; }

int64_t ChartNext(int64_t chart) {
    const std::vector<OtherChart> &others = program().server->script.charts;
    size_t next = 0;
    while (chart != OWN_CHART && next < others.size() && others[next++].id != chart) {
    }
    return next < others.size() ? others[next].id : -1;
}

string ChartSymbol(int64_t chart) {
    if (chart == 0 || chart == OWN_CHART)
        return program().chart->symbol;
    const OtherChart *found = other_chart(chart);
    return found == nullptr ? string() : string(found->symbol);
}

string ChartGetString(int64_t chart, ENUM_CHART_PROPERTY_STRING property) {
    if (property != CHART_EXPERT_NAME)
        return string();
    if (chart == 0 || chart == OWN_CHART)
        return MQLInfoString(MQL_PROGRAM_NAME);
    const OtherChart *found = other_chart(chart);
    return found == nullptr ? string() : string(found->expert);
}

ENUM_TIMEFRAMES ChartPeriod(int64_t) { return program().chart->timeframe; }
