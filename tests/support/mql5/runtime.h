// Bars and indicator values for the part of an Expert Advisor that reads them. Values of built-in
// indicators are handed in, one table a handle in the order of creation; nothing is traded.
#pragma once
#include "mql5.h"

const string _Symbol = "TEST";
const ENUM_TIMEFRAMES _Period = PERIOD_CURRENT;
const int _Digits = 5;
const double _Point = 1e-5;

struct Runtime
  {
   std::vector<MqlRates> bars;                            // oldest first
   std::vector<std::vector<std::vector<double>>> buffers; // handle, buffer, bar of its period
   std::vector<ENUM_TIMEFRAMES> periods;                  // of each handle
   int now = 0;                                           // the bar that is being opened
   int oldest = 0;                                        // earlier bars are not there yet
   int handles = 0;
   bool live = false;                                     // a chart, not the strategy tester
   int refusals = 0;                                      // CopyBuffer fails so many times
  };
Runtime rt;

double MathAbs(double x) { return std::fabs(x); }
double MathFloor(double x) { return std::floor(x); }
double MathCeil(double x) { return std::ceil(x); }
double MathSqrt(double x) { return std::sqrt(x); }
double MathPow(double base, double exponent) { return std::pow(base, exponent); }
double MathExp(double x) { return std::exp(x); }
double MathLog(double x) { return std::log(x); }
bool   MathIsValidNumber(double x) { return std::isfinite(x); }
int PeriodSeconds(ENUM_TIMEFRAMES period) { return period == PERIOD_CURRENT ? 3600 : (int)period; }
#include "series.h"
int Bars(const string, ENUM_TIMEFRAMES period) { return (int)series_of(period).bars.size(); }
datetime TimeCurrent(void) { return rt.bars[(size_t)rt.now].time; }
long MQLInfoInteger(ENUM_MQL_INFO_INTEGER property) { return property == MQL_TESTER ? !rt.live : property == MQL_VISUAL_MODE ? 0 : 1; }
int GetLastError(void) { return 0; }

datetime iTime(const string, ENUM_TIMEFRAMES period, int shift)
  {
   const std::vector<MqlRates> &bars = series_of(period).bars;
   return shift < 0 || shift >= (int)bars.size() ? 0 : bars[bars.size() - 1 - (size_t)shift].time;
  }
int iBarShift(const string s, ENUM_TIMEFRAMES period, datetime time, bool exact)
  {
   for(int shift = 0; shift < Bars(s, period); shift++)
     {
      const datetime found = iTime(s, period, shift);
      if(found == time || (!exact && found < time))
         return shift;
     }
   return -1;
  }
template <typename T, typename F>
int CopyRows(ENUM_TIMEFRAMES period, int start, int count, Array<T> &target, F value)
  {
   const Stretch &series = series_of(period);
   const int last = (int)series.bars.size() - 1 - start;
   const int first = last - count + 1 < 0 ? 0 : last - count + 1;
   if(count <= 0 || last < first)
      return -1;
   target.cells.clear();
   for(int bar = first; bar <= last; bar++)
      target.cells.push_back({value(series, bar)});
   return last - first + 1;
  }
int CopyRates(const string, ENUM_TIMEFRAMES period, int start, int count, Array<MqlRates> &rates)
  {
   return CopyRows(period, start, count, rates, [](const Stretch &series, int bar) { return series.bars[(size_t)bar]; });
  }
int CopyBuffer(int handle, int buffer, int start, int count, Array<double> &values)
  {
   if(rt.refusals > 0)
     {
      rt.refusals--;
      return -1;
     }
   const std::vector<double> &table = rt.buffers.at((size_t)handle).at((size_t)buffer);
   const auto value = [&](const Stretch &series, int bar) { return table[(size_t)(series.first + bar)]; };
   return CopyRows(rt.periods.at((size_t)handle), start, count, values, value);
  }
int new_handle(ENUM_TIMEFRAMES period)
  {
   rt.periods.push_back(period);
   return rt.handles++;
  }
int iMA(const string, ENUM_TIMEFRAMES period, int, int, ENUM_MA_METHOD, ENUM_APPLIED_PRICE) { return new_handle(period); }
int iRSI(const string, ENUM_TIMEFRAMES period, int, ENUM_APPLIED_PRICE) { return new_handle(period); }
int iATR(const string, ENUM_TIMEFRAMES period, int) { return new_handle(period); }
int iCCI(const string, ENUM_TIMEFRAMES period, int, ENUM_APPLIED_PRICE) { return new_handle(period); }
int iMomentum(const string, ENUM_TIMEFRAMES period, int, ENUM_APPLIED_PRICE) { return new_handle(period); }
int iMACD(const string, ENUM_TIMEFRAMES period, int, int, int, ENUM_APPLIED_PRICE) { return new_handle(period); }
int iStdDev(const string, ENUM_TIMEFRAMES period, int, int, ENUM_MA_METHOD, ENUM_APPLIED_PRICE) { return new_handle(period); }
int iEnvelopes(const string, ENUM_TIMEFRAMES period, int, int, ENUM_MA_METHOD, ENUM_APPLIED_PRICE, double) { return new_handle(period); }
int iBands(const string, ENUM_TIMEFRAMES period, int, int, double, ENUM_APPLIED_PRICE) { return new_handle(period); }
int iOsMA(const string, ENUM_TIMEFRAMES period, int, int, int, ENUM_APPLIED_PRICE) { return new_handle(period); }
int iWPR(const string, ENUM_TIMEFRAMES period, int) { return new_handle(period); }
int iDeMarker(const string, ENUM_TIMEFRAMES period, int) { return new_handle(period); }
int iRVI(const string, ENUM_TIMEFRAMES period, int) { return new_handle(period); }
int iBearsPower(const string, ENUM_TIMEFRAMES period, int) { return new_handle(period); }
int iBullsPower(const string, ENUM_TIMEFRAMES period, int) { return new_handle(period); }
int iOBV(const string, ENUM_TIMEFRAMES period, ENUM_APPLIED_VOLUME) { return new_handle(period); }
int iAD(const string, ENUM_TIMEFRAMES period, ENUM_APPLIED_VOLUME) { return new_handle(period); }
int iChaikin(const string, ENUM_TIMEFRAMES period, int, int, ENUM_MA_METHOD, ENUM_APPLIED_VOLUME) { return new_handle(period); }
int iMFI(const string, ENUM_TIMEFRAMES period, int, ENUM_APPLIED_VOLUME) { return new_handle(period); }
int iForce(const string, ENUM_TIMEFRAMES period, int, ENUM_MA_METHOD, ENUM_APPLIED_VOLUME) { return new_handle(period); }
int iStochastic(const string, ENUM_TIMEFRAMES period, int, int, int, ENUM_MA_METHOD, ENUM_STO_PRICE) { return new_handle(period); }
int iDEMA(const string, ENUM_TIMEFRAMES period, int, int, ENUM_APPLIED_PRICE) { return new_handle(period); }
int iTEMA(const string, ENUM_TIMEFRAMES period, int, int, ENUM_APPLIED_PRICE) { return new_handle(period); }
int iTriX(const string, ENUM_TIMEFRAMES period, int, ENUM_APPLIED_PRICE) { return new_handle(period); }
int iAMA(const string, ENUM_TIMEFRAMES period, int, int, int, int, ENUM_APPLIED_PRICE) { return new_handle(period); }
int iVIDyA(const string, ENUM_TIMEFRAMES period, int, int, int, ENUM_APPLIED_PRICE) { return new_handle(period); }
int iFrAMA(const string, ENUM_TIMEFRAMES period, int, int, ENUM_APPLIED_PRICE) { return new_handle(period); }
int iADX(const string, ENUM_TIMEFRAMES period, int) { return new_handle(period); }
int iADXWilder(const string, ENUM_TIMEFRAMES period, int) { return new_handle(period); }
int iSAR(const string, ENUM_TIMEFRAMES period, double, double) { return new_handle(period); }
int iIchimoku(const string, ENUM_TIMEFRAMES period, int, int, int) { return new_handle(period); }
int iAO(const string, ENUM_TIMEFRAMES period) { return new_handle(period); }
int iAC(const string, ENUM_TIMEFRAMES period) { return new_handle(period); }
int iAlligator(const string, ENUM_TIMEFRAMES period, int, int, int, int, int, int, ENUM_MA_METHOD, ENUM_APPLIED_PRICE) { return new_handle(period); }

// Read bars, then the tables of all handles; numbers are doubles in the machine's own form.
inline std::vector<double> read_numbers(size_t count)
  {
   std::vector<double> numbers(count);
   if(fread(numbers.data(), sizeof(double), count, stdin) != count)
      abort();
   return numbers;
  }
inline size_t read_count(void) { return (size_t)read_numbers(1)[0]; }
inline void read_bars(void)
  {
   const size_t total = read_count();
   for(size_t i = 0; i < total; i++)
     {
      const std::vector<double> row = read_numbers(7);
      rt.bars.push_back({(datetime)row[0], row[1], row[2], row[3], row[4], (long)row[5], (int)row[6], 0});
     }
  }
inline void read_buffers(void)
  {
   rt.buffers.clear();
   rt.handles = 0;
   rt.periods.clear();
   const size_t handles = read_count();
   for(size_t h = 0; h < handles; h++)
     {
      rt.buffers.push_back({});
      const size_t tables = read_count();
      for(size_t b = 0; b < tables; b++)
         rt.buffers.back().push_back(read_numbers(rt.bars.size()));
     }
  }
inline void write_number(double number) { fwrite(&number, sizeof number, 1, stdout); }
