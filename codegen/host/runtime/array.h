// Arrays of MQL5: bounds checked with the line of the .mq5, index 0 the newest where set as series.
#pragma once
#include "constants.h"
#include "fault.h"
#include "types.h"
#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace host {

// An index with the line that used it. Only whole numbers index an array.
struct Index {
    int64_t value;
    int line;
    template <typename T, typename = std::enable_if_t<std::is_integral<T>::value ||
                                                      std::is_enum<T>::value>>
    Index(T index, int at = __builtin_LINE()) : value(static_cast<int64_t>(index)), line(at) {}
};

[[noreturn]] void out_of_range(int64_t index, size_t size, int line);

// What a cell holds before it is written: a value that makes itself felt when it is used.
template <typename T>
T unwritten() {
    if constexpr (std::is_floating_point<T>::value) {
        return std::numeric_limits<T>::quiet_NaN();
    } else if constexpr (std::is_integral<T>::value && !std::is_same<T, bool>::value) {
        return static_cast<T>(0x5A5A5A5A5A5A5A5A);
    } else {
        return T();
    }
}

}  // namespace host

template <typename T>
class Array {
public:
    struct Cell {  // keeps bool out of vector<bool>
        T value;
    };
    std::vector<Cell> cells;
    mutable bool series = false;
    bool fixed = false;  // of a size given in the source

    Array() = default;
    explicit Array(int size) : cells(static_cast<size_t>(size), fresh()), fixed(true) {}
    Array(std::initializer_list<T> values) : fixed(true) {
        for (const T &value : values)
            cells.push_back({value});
    }

    static Cell fresh() { return {host::unwritten<T>()}; }
    int size() const { return static_cast<int>(cells.size()); }
    // Position in memory, oldest first, of an index.
    size_t at(host::Index index) const {
        if (index.value < 0 || static_cast<size_t>(index.value) >= cells.size())
            host::out_of_range(index.value, cells.size(), index.line);
        const size_t place = static_cast<size_t>(index.value);
        return series ? cells.size() - 1 - place : place;
    }
    T &operator[](host::Index index) { return cells[at(index)].value; }
    const T &operator[](host::Index index) const { return cells[at(index)].value; }
};

// Make room for exactly `count` values that a Copy function lays down oldest first.
template <typename T>
bool array_fits(Array<T> &array, int count) {
    if (!array.fixed)
        array.cells.resize(static_cast<size_t>(count), Array<T>::fresh());
    return array.size() >= count;
}

template <typename T>
int ArraySize(const Array<T> &array) {
    return array.size();
}
template <typename T>
int ArrayResize(Array<T> &array, int size, int reserve = 0) {
    if (array.fixed || size < 0)
        return -1;
    if (array.cells.capacity() < static_cast<size_t>(size))
        array.cells.reserve(static_cast<size_t>(size) + static_cast<size_t>(std::max(reserve, 0)));
    array.cells.resize(static_cast<size_t>(size), Array<T>::fresh());
    return size;
}
template <typename T>
void ArrayFree(Array<T> &array) {
    if (!array.fixed)
        array.cells.clear();
}
template <typename T>
bool ArraySetAsSeries(const Array<T> &array, bool flag) {
    if (array.fixed)
        return false;
    array.series = flag;
    return true;
}
template <typename T>
bool ArrayGetAsSeries(const Array<T> &array) {
    return array.series;
}
template <typename T>
bool ArrayIsSeries(const Array<T> &) {
    return false;
}
template <typename T>
bool ArrayIsDynamic(const Array<T> &array) {
    return !array.fixed;
}
template <typename T, typename V>
int ArrayInitialize(Array<T> &array, V value) {
    static_assert(std::is_arithmetic<T>::value == std::is_arithmetic<V>::value, "value of its type");
    for (auto &cell : array.cells)
        cell.value = static_cast<T>(value);
    return array.size();
}
template <typename T>
void ArrayFill(Array<T> &array, int start, int count, T value, int line = __builtin_LINE()) {
    for (int i = start; i < start + count; i++)
        array[host::Index(i, line)] = value;
}
// Copies by memory order, as the terminal does: series flags do not matter.
template <typename T>
int ArrayCopy(Array<T> &to, const Array<T> &from, int to_start = 0, int from_start = 0,
              int count = WHOLE_ARRAY) {
    const int available = from.size() - from_start;
    int copied = count == WHOLE_ARRAY ? available : std::min(count, available);
    if (copied <= 0 || to_start < 0 || from_start < 0)
        return 0;
    if (!to.fixed && to.size() < to_start + copied)
        to.cells.resize(static_cast<size_t>(to_start + copied), Array<T>::fresh());
    copied = std::min(copied, to.size() - to_start);
    const std::vector<typename Array<T>::Cell> values(from.cells.begin() + from_start,
                                                      from.cells.begin() + from_start + copied);
    std::copy(values.begin(), values.end(), to.cells.begin() + to_start);
    return copied;
}

namespace host {

// Index, counted as the array counts, of the first value that no other one beats; -1 for none.
template <typename T, typename Beats>
int best_index(const Array<T> &array, int start, int count, Beats beats) {
    const int end = count == WHOLE_ARRAY ? array.size() : std::min(array.size(), start + count);
    int best = start < end && start >= 0 ? start : -1;
    for (int i = start + 1; best >= 0 && i < end; i++) {
        if (beats(array[i], array[best]))
            best = i;
    }
    return best;
}

}  // namespace host

template <typename T>
int ArrayMaximum(const Array<T> &array, int start = 0, int count = WHOLE_ARRAY) {
    return host::best_index(array, start, count, [](const T &a, const T &b) { return a > b; });
}
template <typename T>
int ArrayMinimum(const Array<T> &array, int start = 0, int count = WHOLE_ARRAY) {
    return host::best_index(array, start, count, [](const T &a, const T &b) { return a < b; });
}
template <typename T>
bool ArraySort(Array<T> &array) {
    typedef typename Array<T>::Cell Cell;
    const auto less = [](const Cell &a, const Cell &b) { return a.value < b.value; };
    std::stable_sort(array.cells.begin(), array.cells.end(), less);
    return true;
}
template <typename T>
bool ArrayReverse(Array<T> &array) {
    std::reverse(array.cells.begin(), array.cells.end());
    return true;
}
template <typename T>
bool ArrayRemove(Array<T> &array, int start, int count = WHOLE_ARRAY) {
    if (array.fixed || start < 0 || start >= array.size())
        return false;
    const int end = count == WHOLE_ARRAY ? array.size() : std::min(array.size(), start + count);
    array.cells.erase(array.cells.begin() + start, array.cells.begin() + end);
    return true;
}
template <typename T>
void ZeroMemory(T &value) {
    value = T();
}
template <typename T>
void ZeroMemory(Array<T> &array) {
    for (auto &cell : array.cells)
        cell.value = T();
}
