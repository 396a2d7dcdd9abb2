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
   std::vector<std::vector<std::vector<double>>> buffers; // handle, buffer, bar
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
int PeriodSeconds(ENUM_TIMEFRAMES) { return 3600; }
int Bars(const string, ENUM_TIMEFRAMES) { return rt.now - rt.oldest + 1; }
datetime TimeCurrent(void) { return rt.bars[(size_t)rt.now].time; }
long MQLInfoInteger(ENUM_MQL_INFO_INTEGER property) { return property == MQL_TESTER ? !rt.live : property == MQL_VISUAL_MODE ? 0 : 1; }
int GetLastError(void) { return 0; }

datetime iTime(const string s, ENUM_TIMEFRAMES p, int shift)
  {
   return shift < 0 || shift >= Bars(s, p) ? 0 : rt.bars[(size_t)(rt.now - shift)].time;
  }
int iBarShift(const string, ENUM_TIMEFRAMES, datetime time, bool exact)
  {
   for(int bar = rt.now; bar >= rt.oldest; bar--)
     {
      const datetime found = rt.bars[(size_t)bar].time;
      if(found == time || (!exact && found < time))
         return rt.now - bar;
     }
   return -1;
  }
template <typename T, typename F>
int CopyRows(int start, int count, Array<T> &target, F value)
  {
   const int last = rt.now - start;
   const int first = last - count + 1 < rt.oldest ? rt.oldest : last - count + 1;
   if(count <= 0 || last < first)
      return -1;
   target.cells.clear();
   for(int bar = first; bar <= last; bar++)
      target.cells.push_back({value(bar)});
   return last - first + 1;
  }
int CopyRates(const string, ENUM_TIMEFRAMES, int start, int count, Array<MqlRates> &rates)
  {
   return CopyRows(start, count, rates, [](int bar) { return rt.bars[(size_t)bar]; });
  }
int CopyBuffer(int handle, int buffer, int start, int count, Array<double> &values)
  {
   if(rt.refusals > 0)
     {
      rt.refusals--;
      return -1;
     }
   const std::vector<double> &table = rt.buffers.at((size_t)handle).at((size_t)buffer);
   return CopyRows(start, count, values, [&](int bar) { return table[(size_t)bar]; });
  }
int iMA(const string, ENUM_TIMEFRAMES, int, int, ENUM_MA_METHOD, ENUM_APPLIED_PRICE) { return rt.handles++; }
int iRSI(const string, ENUM_TIMEFRAMES, int, ENUM_APPLIED_PRICE) { return rt.handles++; }
int iATR(const string, ENUM_TIMEFRAMES, int) { return rt.handles++; }
int iCCI(const string, ENUM_TIMEFRAMES, int, ENUM_APPLIED_PRICE) { return rt.handles++; }
int iMomentum(const string, ENUM_TIMEFRAMES, int, ENUM_APPLIED_PRICE) { return rt.handles++; }
int iMACD(const string, ENUM_TIMEFRAMES, int, int, int, ENUM_APPLIED_PRICE) { return rt.handles++; }
int iStdDev(const string, ENUM_TIMEFRAMES, int, int, ENUM_MA_METHOD, ENUM_APPLIED_PRICE) { return rt.handles++; }
int iBands(const string, ENUM_TIMEFRAMES, int, int, double, ENUM_APPLIED_PRICE) { return rt.handles++; }
int iOsMA(const string, ENUM_TIMEFRAMES, int, int, int, ENUM_APPLIED_PRICE) { return rt.handles++; }
int iWPR(const string, ENUM_TIMEFRAMES, int) { return rt.handles++; }
int iDeMarker(const string, ENUM_TIMEFRAMES, int) { return rt.handles++; }
int iRVI(const string, ENUM_TIMEFRAMES, int) { return rt.handles++; }
int iBearsPower(const string, ENUM_TIMEFRAMES, int) { return rt.handles++; }
int iBullsPower(const string, ENUM_TIMEFRAMES, int) { return rt.handles++; }
int iOBV(const string, ENUM_TIMEFRAMES, ENUM_APPLIED_VOLUME) { return rt.handles++; }
int iAD(const string, ENUM_TIMEFRAMES, ENUM_APPLIED_VOLUME) { return rt.handles++; }
int iChaikin(const string, ENUM_TIMEFRAMES, int, int, ENUM_MA_METHOD, ENUM_APPLIED_VOLUME) { return rt.handles++; }
int iMFI(const string, ENUM_TIMEFRAMES, int, ENUM_APPLIED_VOLUME) { return rt.handles++; }
int iForce(const string, ENUM_TIMEFRAMES, int, ENUM_MA_METHOD, ENUM_APPLIED_VOLUME) { return rt.handles++; }
int iStochastic(const string, ENUM_TIMEFRAMES, int, int, int, ENUM_MA_METHOD, ENUM_STO_PRICE) { return rt.handles++; }
int iDEMA(const string, ENUM_TIMEFRAMES, int, int, ENUM_APPLIED_PRICE) { return rt.handles++; }
int iTEMA(const string, ENUM_TIMEFRAMES, int, int, ENUM_APPLIED_PRICE) { return rt.handles++; }
int iTriX(const string, ENUM_TIMEFRAMES, int, ENUM_APPLIED_PRICE) { return rt.handles++; }
int iAMA(const string, ENUM_TIMEFRAMES, int, int, int, int, ENUM_APPLIED_PRICE) { return rt.handles++; }
int iVIDyA(const string, ENUM_TIMEFRAMES, int, int, int, ENUM_APPLIED_PRICE) { return rt.handles++; }
int iFrAMA(const string, ENUM_TIMEFRAMES, int, int, ENUM_APPLIED_PRICE) { return rt.handles++; }
int iADX(const string, ENUM_TIMEFRAMES, int) { return rt.handles++; }
int iADXWilder(const string, ENUM_TIMEFRAMES, int) { return rt.handles++; }
int iSAR(const string, ENUM_TIMEFRAMES, double, double) { return rt.handles++; }
int iIchimoku(const string, ENUM_TIMEFRAMES, int, int, int) { return rt.handles++; }
int iAO(const string, ENUM_TIMEFRAMES) { return rt.handles++; }
int iAC(const string, ENUM_TIMEFRAMES) { return rt.handles++; }
int iAlligator(const string, ENUM_TIMEFRAMES, int, int, int, int, int, int, ENUM_MA_METHOD, ENUM_APPLIED_PRICE) { return rt.handles++; }

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
