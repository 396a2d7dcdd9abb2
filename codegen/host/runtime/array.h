// Arrays of MQL5: bounds checked with the line of the .mq5, index 0 the newest where set as series.
#pragma once
#include "declared.h"
#include "expert.h"
#include "types.h"
#include <algorithm>
#include <initializer_list>
#include <vector>

template <typename T>
class Array {
public:
    struct Cell {  // keeps bool out of vector<bool>
        T value;
    };
    std::vector<Cell> cells;  // oldest first
    mutable bool series = false;
    bool fixed = false;  // of a size given in the source

    Array() = default;
    explicit Array(int size) : cells(static_cast<size_t>(size), fresh()), fixed(true) {}
    Array(int size, std::initializer_list<T> values) : fixed(true) {
        for (const T &value : values)
            cells.push_back({value});
        cells.resize(static_cast<size_t>(size), Cell{host::zeroed<T>()});
    }

    static Cell fresh() { return {host::unset<T>()}; }
    int total() const { return static_cast<int>(cells.size()); }
    T &at(int64_t index, int where) { return cells[place(index, where)].value; }
    const T &at(int64_t index, int where) const { return cells[place(index, where)].value; }

private:
    size_t place(int64_t index, int where) const {
        const size_t size = cells.size();
        if (static_cast<uint64_t>(index) >= size)
            host::fail("array out of range", where);
        return series ? size - 1 - static_cast<size_t>(index) : static_cast<size_t>(index);
    }
};

// Make room for exactly `count` values that a Copy function lays down oldest first.
template <typename T>
bool array_fits(Array<T> &array, int count) {
    if (!array.fixed)
        array.cells.resize(static_cast<size_t>(count), Array<T>::fresh());
    return array.total() >= count;
}

template <typename T>
int ArraySize(const Array<T> &array) {
    return array.total();
}
template <typename T>
int ArrayResize(Array<T> &array, int size, int reserve = 0) {
    const size_t most = (size_t(1) << 30) / sizeof(array.cells[0]);  // a gigabyte
    reserve = std::max(reserve, 0);
    if (array.fixed || size < 0 || static_cast<size_t>(size) + static_cast<size_t>(reserve) > most)
        return -1;
    if (array.cells.capacity() < static_cast<size_t>(size))
        array.cells.reserve(static_cast<size_t>(size) + static_cast<size_t>(reserve));
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
    static_assert(std::is_arithmetic<T>::value == std::is_arithmetic<V>::value, "another type");
    for (auto &cell : array.cells)
        cell.value = static_cast<T>(value);
    return array.total();
}
template <typename T>
void ArrayFill(Array<T> &array, int start, int count, T value) {
    for (int i = start; i < start + count; i++)
        array.at(i, 0) = value;
}
// Copies by memory order, as the terminal does: series flags do not matter.
template <typename T>
int ArrayCopy(Array<T> &to, const Array<T> &from, int to_start = 0, int from_start = 0,
              int count = WHOLE_ARRAY) {
    const int available = from.total() - from_start;
    int copied = count == WHOLE_ARRAY ? available : std::min(count, available);
    if (copied <= 0 || to_start < 0 || from_start < 0)
        return 0;
    if (!to.fixed && to.total() < to_start + copied)
        to.cells.resize(static_cast<size_t>(to_start + copied), Array<T>::fresh());
    copied = std::min(copied, to.total() - to_start);
    const std::vector<typename Array<T>::Cell> values(from.cells.begin() + from_start,
                                                      from.cells.begin() + from_start + copied);
    std::copy(values.begin(), values.end(), to.cells.begin() + to_start);
    return copied;
}

namespace host {

// Index, counted as the array counts, of the first value that no other one beats; -1 for none.
template <typename T, typename Beats>
int best_index(const Array<T> &array, int start, int count, Beats beats) {
    const int end = count == WHOLE_ARRAY ? array.total() : std::min(array.total(), start + count);
    int best = start < end && start >= 0 ? start : -1;
    for (int i = start + 1; best >= 0 && i < end; i++) {
        if (beats(array.at(i, 0), array.at(best, 0)))
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
    if (array.fixed || start < 0 || start >= array.total())
        return false;
    const int end = count == WHOLE_ARRAY ? array.total() : std::min(array.total(), start + count);
    array.cells.erase(array.cells.begin() + start, array.cells.begin() + end);
    return true;
}
template <typename T>
void ZeroMemory(T &value) {
    host::clear(value);
}
template <typename T>
void ZeroMemory(Array<T> &array) {
    for (auto &cell : array.cells)
        host::clear(cell.value);
}
