#include "handles.h"
#include "copying.h"
#include "program.h"

namespace host {

int Handles::add(ENUM_TIMEFRAMES timeframe, IndicatorFactory factory) {
    handles_.push_back({timeframe, factory, factory(), -1, -1});
    return FIRST + static_cast<int>(handles_.size()) - 1;
}

bool Handles::known(int handle) const {
    const size_t place = static_cast<size_t>(handle) - FIRST;
    return handle >= FIRST && place < handles_.size() && handles_[place].indicator != nullptr;
}

bool Handles::release(int handle) {
    if (!known(handle))
        return false;
    (*this)[handle].indicator.reset();
    return true;
}

std::vector<int> Handles::left() const {
    std::vector<int> found;
    for (size_t i = 0; i < handles_.size(); i++) {
        if (handles_[i].indicator != nullptr)
            found.push_back(FIRST + static_cast<int>(i));
    }
    return found;
}

int create_handle(const string &symbol, ENUM_TIMEFRAMES timeframe, IndicatorFactory factory) {
    Program &me = program();
    check_symbol(symbol);
    const Script &script = me.server->script;
    const bool early = script.missing(script.handles_from, me.server->bar);
    if (early || me.chart->series(timeframe) == nullptr)
        return failed(ERR_INDICATOR_CANNOT_CREATE, INVALID_HANDLE);
    return me.handles.add(timeframe, std::move(factory));
}

int bad_parameters() { return failed(ERR_WRONG_INTERNAL_PARAMETER, INVALID_HANDLE); }

IndicatorFactory factory_of(int handle, const string &symbol, ENUM_TIMEFRAMES timeframe) {
    Program &me = program();
    if (!me.handles.known(handle))
        return failed(ERR_INDICATOR_WRONG_HANDLE, IndicatorFactory());
    const bool together = own_symbol(symbol) && me.chart->series(timeframe) != nullptr &&
                          me.chart->series(timeframe) ==
                              me.chart->series(me.handles[handle].timeframe);
    return together ? me.handles[handle].factory
                    : failed(ERR_INDICATOR_CANNOT_APPLY, IndicatorFactory());
}

namespace {

// The indicator brought up to the visible bars.
Indicator &updated(Handle &handle, const TimeSeries &series) {
    if (handle.generation != series.generation) {
        if (handle.generation >= 0)
            handle.indicator = handle.factory();
        handle.generation = series.generation;
        handle.changes = -1;
    }
    if (handle.changes != series.changes) {
        handle.indicator->update(series.rates);
        handle.changes = series.changes;
    }
    return *handle.indicator;
}

int copy_values(int number, int buffer, Span span, Array<double> &values) {
    Handle &handle = program().handles[number];
    Indicator &indicator = updated(handle, *program().chart->series(handle.timeframe));
    if (buffer < 0 || buffer >= indicator.buffers())
        return failed(ERR_INDICATOR_WRONG_INDEX, -1);
    return copy_span(indicator.buffer(buffer), span, values);
}

TimeSeries *series_of(int handle) {
    Program &me = program();
    if (!me.handles.known(handle)) {
        me.last_error = ERR_INDICATOR_WRONG_HANDLE;
        return nullptr;
    }
    if (refused(ERR_INDICATOR_DATA_NOT_FOUND))
        return nullptr;
    return me.chart->series(me.handles[handle].timeframe);
}

}  // namespace
}  // namespace host

int CopyBuffer(int handle, int buffer, int start, int count, Array<double> &values) {
    const host::TimeSeries *series = host::series_of(handle);
    return series == nullptr ? -1
                             : host::copy_values(handle, buffer,
                                                 host::span_back(*series, start, count), values);
}

int CopyBuffer(int handle, int buffer, datetime start, int count, Array<double> &values) {
    const host::TimeSeries *series = host::series_of(handle);
    return series == nullptr ? -1
                             : host::copy_values(handle, buffer,
                                                 host::span_until(*series, start, count), values);
}

int CopyBuffer(int handle, int buffer, datetime start, datetime stop, Array<double> &values) {
    const host::TimeSeries *series = host::series_of(handle);
    return series == nullptr ? -1
                             : host::copy_values(handle, buffer,
                                                 host::span_between(*series, start, stop), values);
}

int BarsCalculated(int handle) {
    const host::TimeSeries *series = host::series_of(handle);
    if (series == nullptr)
        return -1;
    const host::Server &server = *host::program().server;
    const bool lags = server.now - series->rates.time.back() < server.script.lag_s;
    return series->rates.count() - (lags ? 1 : 0);
}

bool IndicatorRelease(int handle) {
    return host::program().handles.release(handle) ||
           host::failed(ERR_INDICATOR_WRONG_HANDLE, false);
}
