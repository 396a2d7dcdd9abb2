#include "timeseries.h"
#include "calendar.h"
#include <algorithm>

namespace host {

namespace {

const int DAY = 86400, WEEK = 7 * DAY;

const struct { ENUM_TIMEFRAMES timeframe; int seconds; } TIMEFRAMES[] = {
    {PERIOD_M1, 60},     {PERIOD_M2, 120},    {PERIOD_M3, 180},    {PERIOD_M4, 240},
    {PERIOD_M5, 300},    {PERIOD_M6, 360},    {PERIOD_M10, 600},   {PERIOD_M12, 720},
    {PERIOD_M15, 900},   {PERIOD_M20, 1200},  {PERIOD_M30, 1800},  {PERIOD_H1, 3600},
    {PERIOD_H2, 7200},   {PERIOD_H3, 10800},  {PERIOD_H4, 14400},  {PERIOD_H6, 21600},
    {PERIOD_H8, 28800},  {PERIOD_H12, 43200}, {PERIOD_D1, DAY},    {PERIOD_W1, WEEK},
    {PERIOD_MN1, 30 * DAY},
};

}  // namespace

int timeframe_seconds(ENUM_TIMEFRAMES timeframe) {
    for (const auto &known : TIMEFRAMES) {
        if (known.timeframe == timeframe)
            return known.seconds;
    }
    return 0;
}

ENUM_TIMEFRAMES timeframe_of(int seconds) {
    for (const auto &known : TIMEFRAMES) {
        if (known.seconds == seconds)
            return known.timeframe;
    }
    return static_cast<ENUM_TIMEFRAMES>(seconds / 60);
}

int64_t bucket_start(int64_t time, ENUM_TIMEFRAMES timeframe) {
    if (timeframe == PERIOD_MN1)
        return month_start(time);
    const int64_t seconds = timeframe_seconds(timeframe);
    const int64_t sunday = timeframe == PERIOD_W1 ? 4 * DAY : 0;  // 1970 began on a Thursday
    const int64_t past = (time + sunday) % seconds;
    return time - (past < 0 ? past + seconds : past);
}

void TimeSeries::begin(const Bar &bar) {
    rates.time.push_back(bar.time);
    rates.open.push_back(bar.open);
    rates.high.push_back(bar.high);
    rates.low.push_back(bar.low);
    rates.close.push_back(bar.close);
    rates.tick_volume.push_back(bar.tick_volume);
    rates.real_volume.push_back(0);
    rates.spread.push_back(bar.spread);
    changes++;
}

void TimeSeries::extend(double high, double low, double close, int64_t tick_volume) {
    rates.high.back() = std::max(rates.high.back(), high);
    rates.low.back() = std::min(rates.low.back(), low);
    rates.close.back() = close;
    rates.tick_volume.back() = tick_volume;
    changes++;
}

void TimeSeries::clear() {
    const double point = rates.point;
    const int seconds = rates.seconds;
    rates = Rates();
    rates.point = point;
    rates.seconds = seconds;
    changes++;
    generation++;
}

int TimeSeries::row_of(int64_t time) const {
    const auto after = std::upper_bound(rates.time.begin(), rates.time.end(), datetime(time));
    return static_cast<int>(after - rates.time.begin()) - 1;
}

void LargerSeries::follow(const TimeSeries &chart) {
    if (chart.generation != generation_) {
        series.clear();
        merged_ = 0;
        generation_ = chart.generation;
    } else if (chart.changes == seen_) {
        return;
    }
    seen_ = chart.changes;
    if (merged_ > 0)
        merge(chart.rates, merged_ - 1, true);
    for (; merged_ < chart.rates.count(); merged_++)
        merge(chart.rates, merged_, false);
}

// again: the row is in the bucket already and has grown.
void LargerSeries::merge(const Rates &chart, int row, bool again) {
    const size_t r = static_cast<size_t>(row);
    const int64_t opened = bucket_start(chart.time[r], timeframe);
    Rates &own = series.rates;
    if (!again && (own.count() == 0 || own.time.back() != datetime(opened))) {
        series.begin({opened, chart.open[r], chart.high[r], chart.low[r], chart.close[r],
                      chart.tick_volume[r], chart.spread[r]});
        volume_before_ = 0;
        return;
    }
    if (!again)
        volume_before_ = own.tick_volume.back();
    if (own.spread.back() == 0)  // the first one known, as an entry at its open met it
        own.spread.back() = chart.spread[r];
    series.extend(chart.high[r], chart.low[r], chart.close[r],
                  volume_before_ + chart.tick_volume[r]);
}

TimeSeries *Chart::series(ENUM_TIMEFRAMES wanted) {
    if (wanted == PERIOD_CURRENT || wanted == timeframe)
        return &own;
    const int seconds = timeframe_seconds(wanted);
    if (seconds <= own.rates.seconds || seconds % own.rates.seconds != 0)
        return nullptr;
    auto found = larger_.find(wanted);
    if (found == larger_.end()) {
        found = larger_.emplace(wanted, LargerSeries(wanted)).first;
        found->second.series.rates.point = point;
        found->second.series.rates.seconds = seconds;
    }
    found->second.follow(own);
    return &found->second.series;
}

}  // namespace host
