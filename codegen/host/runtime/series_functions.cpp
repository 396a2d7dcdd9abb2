#include "series_functions.h"
#include "copying.h"
#include "program.h"
#include <algorithm>

namespace host {

Span span_back(const TimeSeries &series, int start, int count) {
    if (start < 0 || count <= 0)
        return {0, 0};
    const int end = series.rates.count() - start, first = std::max(0, end - count);
    return {first, std::max(0, end - first)};
}

Span span_until(const TimeSeries &series, datetime start, int count) {
    const int last = series.row_of(start);
    return span_back(series, series.row(last), last < 0 ? 0 : count);
}

Span span_between(const TimeSeries &series, datetime from, datetime to) {
    const int64_t early = std::min(from.value, to.value), late = std::max(from.value, to.value);
    const int first = series.row_of(early - 1) + 1;
    return {first, series.row_of(late) - first + 1};
}

bool own_symbol(const string &symbol) {
    return symbol == program().chart->symbol || symbol.text.empty();
}

void check_symbol(const string &symbol) {
    if (own_symbol(symbol))
        return;
    const std::string &own = program().chart->symbol.text;
    fail(("symbol \"" + symbol.text + "\": the host replays one symbol only, " + own).c_str(), 0);
}

bool refused(int error) {
    Program &me = program();
    if (me.refusals == 0)
        return false;
    me.refusals--;
    me.server->met.outages.insert(me.outage);
    me.last_error = error;
    return true;
}

// Properties of bars are there as long as the bars are: an outage hits the Copy functions only.
static TimeSeries *visible(const string &symbol, ENUM_TIMEFRAMES timeframe) {
    check_symbol(symbol);
    TimeSeries *series = program().chart->series(timeframe);
    return series != nullptr ? series : failed(ERR_HISTORY_NOT_FOUND, series);
}

TimeSeries *requested(const string &symbol, ENUM_TIMEFRAMES timeframe) {
    return refused(ERR_HISTORY_NOT_FOUND) ? nullptr : visible(symbol, timeframe);
}

int no_rows() { return failed(ERR_HISTORY_NOT_FOUND, -1); }

namespace {

// A value of the bar at a shift, 0 where there is none.
template <typename T>
T value_at(const string &symbol, ENUM_TIMEFRAMES timeframe, int shift,
           const std::vector<T> Rates::*column) {
    const TimeSeries *series = visible(symbol, timeframe);
    if (series == nullptr || !series->has(shift))
        return failed(ERR_HISTORY_NOT_FOUND, T());
    return (series->rates.*column)[static_cast<size_t>(series->row(shift))];
}

double mode_value(const Rates &rates, size_t row, ENUM_SERIESMODE mode) {
    switch (mode) {
    case MODE_OPEN: return rates.open[row];
    case MODE_LOW: return rates.low[row];
    case MODE_HIGH: return rates.high[row];
    case MODE_CLOSE: return rates.close[row];
    case MODE_VOLUME: return static_cast<double>(rates.tick_volume[row]);
    case MODE_REAL_VOLUME: return static_cast<double>(rates.real_volume[row]);
    case MODE_SPREAD: return rates.spread[row];
    }
    return 0;
}

// Shift of the extreme value of `count` bars from `start` back; sign 1: highest, -1: lowest.
int extreme(const string &symbol, ENUM_TIMEFRAMES timeframe, ENUM_SERIESMODE mode, int count,
            int start, int sign) {
    const TimeSeries *series = visible(symbol, timeframe);
    if (series == nullptr || !series->has(start))
        return failed(ERR_HISTORY_NOT_FOUND, -1);
    const int all = series->rates.count() - start;
    const int end = start + (count <= 0 ? all : std::min(count, all));
    int best = start;
    for (int shift = start + 1; shift < end; shift++) {
        const double value = mode_value(series->rates, size_t(series->row(shift)), mode);
        const double found = mode_value(series->rates, size_t(series->row(best)), mode);
        if (sign * (value - found) > 0)
            best = shift;
    }
    return best;
}

// All columns of the rows as MqlRates.
struct RatesColumn {
    const Rates &rates;
    MqlRates operator[](size_t i) const {
        return {rates.time[i],  rates.open[i],        rates.high[i],   rates.low[i],
                rates.close[i], rates.tick_volume[i], rates.spread[i], rates.real_volume[i]};
    }
};

template <typename T, typename Choose>
int copy_series(const TimeSeries *series, Span span, Array<T> &values, Choose column) {
    return series == nullptr ? -1 : copy_span(column(series->rates), span, values);
}

}  // namespace
}  // namespace host

using namespace host;

int Bars(const string &symbol, ENUM_TIMEFRAMES timeframe) {
    const TimeSeries *series = visible(symbol, timeframe);
    return series == nullptr ? 0 : series->rates.count();
}

int Bars(const string &symbol, ENUM_TIMEFRAMES timeframe, datetime from, datetime to) {
    const TimeSeries *series = visible(symbol, timeframe);
    return series == nullptr ? 0 : std::max(0, span_between(*series, from, to).count);
}

int iBars(const string &symbol, ENUM_TIMEFRAMES timeframe) { return Bars(symbol, timeframe); }

int iBarShift(const string &symbol, ENUM_TIMEFRAMES timeframe, datetime time, bool exact) {
    const TimeSeries *series = visible(symbol, timeframe);
    if (series == nullptr || series->rates.count() == 0)
        return failed(ERR_HISTORY_NOT_FOUND, -1);
    const int row = series->row_of(time);
    if (row < 0 || (exact && series->rates.time[static_cast<size_t>(row)] != time))
        return failed(ERR_HISTORY_NOT_FOUND, -1);
    return series->row(row);
}

datetime iTime(const string &symbol, ENUM_TIMEFRAMES timeframe, int shift) {
    return value_at(symbol, timeframe, shift, &Rates::time);
}

double iOpen(const string &symbol, ENUM_TIMEFRAMES timeframe, int shift) {
    return value_at(symbol, timeframe, shift, &Rates::open);
}

double iHigh(const string &symbol, ENUM_TIMEFRAMES timeframe, int shift) {
    return value_at(symbol, timeframe, shift, &Rates::high);
}

double iLow(const string &symbol, ENUM_TIMEFRAMES timeframe, int shift) {
    return value_at(symbol, timeframe, shift, &Rates::low);
}

double iClose(const string &symbol, ENUM_TIMEFRAMES timeframe, int shift) {
    return value_at(symbol, timeframe, shift, &Rates::close);
}

int64_t iTickVolume(const string &symbol, ENUM_TIMEFRAMES timeframe, int shift) {
    return value_at(symbol, timeframe, shift, &Rates::tick_volume);
}

int64_t iVolume(const string &symbol, ENUM_TIMEFRAMES timeframe, int shift) {
    return iTickVolume(symbol, timeframe, shift);
}

int64_t iRealVolume(const string &symbol, ENUM_TIMEFRAMES timeframe, int shift) {
    return value_at(symbol, timeframe, shift, &Rates::real_volume);
}

int iSpread(const string &symbol, ENUM_TIMEFRAMES timeframe, int shift) {
    return value_at(symbol, timeframe, shift, &Rates::spread);
}

int iHighest(const string &symbol, ENUM_TIMEFRAMES timeframe, ENUM_SERIESMODE mode, int count,
             int start) {
    return extreme(symbol, timeframe, mode, count, start, 1);
}

int iLowest(const string &symbol, ENUM_TIMEFRAMES timeframe, ENUM_SERIESMODE mode, int count,
            int start) {
    return extreme(symbol, timeframe, mode, count, start, -1);
}

int64_t SeriesInfoInteger(const string &symbol, ENUM_TIMEFRAMES timeframe,
                          ENUM_SERIES_INFO_INTEGER property) {
    const TimeSeries *series = visible(symbol, timeframe);
    if (series == nullptr)
        return 0;
    const Rates &rates = series->rates;
    switch (property) {
    case SERIES_BARS_COUNT: return rates.count();
    case SERIES_SYNCHRONIZED: return 1;
    case SERIES_LASTBAR_DATE: return rates.count() > 0 ? rates.time.back().value : 0;
    default: return rates.count() > 0 ? rates.time.front().value : 0;
    }
}

bool SeriesInfoInteger(const string &symbol, ENUM_TIMEFRAMES timeframe,
                       ENUM_SERIES_INFO_INTEGER property, int64_t &value) {
    value = SeriesInfoInteger(symbol, timeframe, property);
    return visible(symbol, timeframe) != nullptr;
}

int PeriodSeconds(ENUM_TIMEFRAMES timeframe) {
    const Chart &chart = *program().chart;
    if (timeframe == PERIOD_CURRENT || timeframe == chart.timeframe)
        return chart.own.rates.seconds;
    return timeframe_seconds(timeframe);
}

#define HOST_COPY(NAME, TYPE, COLUMN)                                                             \
    int NAME(const string &symbol, ENUM_TIMEFRAMES timeframe, int start, int count,               \
             Array<TYPE> &values) {                                                               \
        const TimeSeries *series = requested(symbol, timeframe);                                  \
        const Span span = series ? span_back(*series, start, count) : Span{0, 0};                 \
        return copy_series(series, span, values, COLUMN);                                         \
    }                                                                                             \
    int NAME(const string &symbol, ENUM_TIMEFRAMES timeframe, datetime start, int count,          \
             Array<TYPE> &values) {                                                               \
        const TimeSeries *series = requested(symbol, timeframe);                                  \
        const Span span = series ? span_until(*series, start, count) : Span{0, 0};                \
        return copy_series(series, span, values, COLUMN);                                         \
    }                                                                                             \
    int NAME(const string &symbol, ENUM_TIMEFRAMES timeframe, datetime start, datetime stop,      \
             Array<TYPE> &values) {                                                               \
        const TimeSeries *series = requested(symbol, timeframe);                                  \
        const Span span = series ? span_between(*series, start, stop) : Span{0, 0};               \
        return copy_series(series, span, values, COLUMN);                                         \
    }
#define HOST_COLUMN(FIELD) [](const Rates &rates) -> const auto & { return rates.FIELD; }
HOST_COPY(CopyRates, MqlRates, [](const Rates &rates) { return RatesColumn{rates}; })
HOST_COPY(CopyTime, datetime, HOST_COLUMN(time))
HOST_COPY(CopyOpen, double, HOST_COLUMN(open))
HOST_COPY(CopyHigh, double, HOST_COLUMN(high))
HOST_COPY(CopyLow, double, HOST_COLUMN(low))
HOST_COPY(CopyClose, double, HOST_COLUMN(close))
HOST_COPY(CopyTickVolume, int64_t, HOST_COLUMN(tick_volume))
HOST_COPY(CopyRealVolume, int64_t, HOST_COLUMN(real_volume))
HOST_COPY(CopySpread, int, HOST_COLUMN(spread))
