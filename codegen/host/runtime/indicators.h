// The built-in technical indicators of MQL5, as Expert Advisors call them. Each returns a handle, or
// INVALID_HANDLE for parameters that MetaTrader refuses. `shift` parameters move only the drawing,
// never the values that CopyBuffer gives.
#pragma once
#include "indicator.h"

namespace host {

// The last parameter of many indicators: an ENUM_APPLIED_PRICE, or the handle of another indicator
// (handles are larger than any applied price).
class Applied {
public:
    Applied(ENUM_APPLIED_PRICE price) : value_(price) {}
    Applied(int price_or_handle) : value_(price_or_handle) {}
    template <typename T> Applied(T) = delete;

    bool valid() const { return value_ >= PRICE_CLOSE; }
    bool is_price() const { return value_ <= PRICE_WEIGHTED; }
    ENUM_APPLIED_PRICE price() const { return static_cast<ENUM_APPLIED_PRICE>(value_); }
    // Finds how the indicator behind a handle is made; false, with the error set, if it is unknown.
    bool resolve(const string &symbol, ENUM_TIMEFRAMES timeframe);
    const IndicatorFactory &factory() const { return factory_; }

private:
    int value_;
    IndicatorFactory factory_;
};

}  // namespace host

// Averages
int iMA(const string &symbol, ENUM_TIMEFRAMES period, int ma_period, int ma_shift,
        ENUM_MA_METHOD ma_method, host::Applied applied_price);
int iDEMA(const string &symbol, ENUM_TIMEFRAMES period, int ma_period, int ma_shift,
          host::Applied applied_price);
int iTEMA(const string &symbol, ENUM_TIMEFRAMES period, int ma_period, int ma_shift,
          host::Applied applied_price);
int iTriX(const string &symbol, ENUM_TIMEFRAMES period, int ma_period, host::Applied applied_price);
int iAMA(const string &symbol, ENUM_TIMEFRAMES period, int ama_period, int fast_ma_period,
         int slow_ma_period, int ama_shift, host::Applied applied_price);
int iFrAMA(const string &symbol, ENUM_TIMEFRAMES period, int ma_period, int ma_shift,
           host::Applied applied_price);
int iVIDyA(const string &symbol, ENUM_TIMEFRAMES period, int cmo_period, int ema_period,
           int ma_shift, host::Applied applied_price);

// Bands and lines about an average
int iBands(const string &symbol, ENUM_TIMEFRAMES period, int bands_period, int bands_shift,
           double deviation, host::Applied applied_price);
int iEnvelopes(const string &symbol, ENUM_TIMEFRAMES period, int ma_period, int ma_shift,
               ENUM_MA_METHOD ma_method, host::Applied applied_price, double deviation);
int iStdDev(const string &symbol, ENUM_TIMEFRAMES period, int ma_period, int ma_shift,
            ENUM_MA_METHOD ma_method, host::Applied applied_price);
int iSAR(const string &symbol, ENUM_TIMEFRAMES period, double step, double maximum);
int iIchimoku(const string &symbol, ENUM_TIMEFRAMES period, int tenkan_sen, int kijun_sen,
              int senkou_span_b);

// Trend and range
int iATR(const string &symbol, ENUM_TIMEFRAMES period, int ma_period);
int iADX(const string &symbol, ENUM_TIMEFRAMES period, int adx_period);
int iADXWilder(const string &symbol, ENUM_TIMEFRAMES period, int adx_period);

// Oscillators
int iRSI(const string &symbol, ENUM_TIMEFRAMES period, int ma_period, host::Applied applied_price);
int iCCI(const string &symbol, ENUM_TIMEFRAMES period, int ma_period, host::Applied applied_price);
int iMomentum(const string &symbol, ENUM_TIMEFRAMES period, int mom_period,
              host::Applied applied_price);
int iMACD(const string &symbol, ENUM_TIMEFRAMES period, int fast_ema_period, int slow_ema_period,
          int signal_period, host::Applied applied_price);
int iOsMA(const string &symbol, ENUM_TIMEFRAMES period, int fast_ema_period, int slow_ema_period,
          int signal_period, host::Applied applied_price);
int iStochastic(const string &symbol, ENUM_TIMEFRAMES period, int Kperiod, int Dperiod, int slowing,
                ENUM_MA_METHOD ma_method, ENUM_STO_PRICE price_field);
int iWPR(const string &symbol, ENUM_TIMEFRAMES period, int calc_period);
int iDeMarker(const string &symbol, ENUM_TIMEFRAMES period, int ma_period);
int iRVI(const string &symbol, ENUM_TIMEFRAMES period, int ma_period);
int iBearsPower(const string &symbol, ENUM_TIMEFRAMES period, int ma_period);
int iBullsPower(const string &symbol, ENUM_TIMEFRAMES period, int ma_period);

// Volumes
int iAD(const string &symbol, ENUM_TIMEFRAMES period, ENUM_APPLIED_VOLUME applied_volume);
int iChaikin(const string &symbol, ENUM_TIMEFRAMES period, int fast_ma_period, int slow_ma_period,
             ENUM_MA_METHOD ma_method, ENUM_APPLIED_VOLUME applied_volume);
int iForce(const string &symbol, ENUM_TIMEFRAMES period, int ma_period, ENUM_MA_METHOD ma_method,
           ENUM_APPLIED_VOLUME applied_volume);
int iMFI(const string &symbol, ENUM_TIMEFRAMES period, int ma_period,
         ENUM_APPLIED_VOLUME applied_volume);
int iOBV(const string &symbol, ENUM_TIMEFRAMES period, ENUM_APPLIED_VOLUME applied_volume);
int iVolumes(const string &symbol, ENUM_TIMEFRAMES period, ENUM_APPLIED_VOLUME applied_volume);
int iBWMFI(const string &symbol, ENUM_TIMEFRAMES period, ENUM_APPLIED_VOLUME applied_volume);

// Bill Williams
int iAO(const string &symbol, ENUM_TIMEFRAMES period);
int iAC(const string &symbol, ENUM_TIMEFRAMES period);
int iAlligator(const string &symbol, ENUM_TIMEFRAMES period, int jaw_period, int jaw_shift,
               int teeth_period, int teeth_shift, int lips_period, int lips_shift,
               ENUM_MA_METHOD ma_method, host::Applied applied_price);
int iGator(const string &symbol, ENUM_TIMEFRAMES period, int jaw_period, int jaw_shift,
           int teeth_period, int teeth_shift, int lips_period, int lips_shift,
           ENUM_MA_METHOD ma_method, host::Applied applied_price);
int iFractals(const string &symbol, ENUM_TIMEFRAMES period);
