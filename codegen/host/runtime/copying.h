// Spans of rows that the Copy functions take, and how they reach an array.
#pragma once
#include "array.h"
#include "timeseries.h"

namespace host {

// Rows first .. first + count - 1 of a series; count is 0 where there are none.
struct Span {
    int first, count;
};

Span span_back(const TimeSeries &series, int start, int count);             // shifts
Span span_until(const TimeSeries &series, datetime start, int count);       // ending at a time
Span span_between(const TimeSeries &series, datetime from, datetime to);    // times, either order

bool own_symbol(const string &symbol);
void check_symbol(const string &symbol);  // another one than the chart's ends the program
// Whether the scripted outage fails this call; sets the error then.
bool refused(int error);
// The series of a symbol and timeframe for a call that may be refused; null with the error set.
TimeSeries *requested(const string &symbol, ENUM_TIMEFRAMES timeframe);
// Report "history not found".
int no_rows();

// Lay the rows down, oldest first; return how many, -1 for none.
template <typename Column, typename T>
int copy_span(const Column &column, Span span, Array<T> &to) {
    if (span.count <= 0 || !array_fits(to, span.count))
        return no_rows();
    for (int i = 0; i < span.count; i++)
        to.cells[static_cast<size_t>(i)].value = column[static_cast<size_t>(span.first + i)];
    return span.count;
}

}  // namespace host
