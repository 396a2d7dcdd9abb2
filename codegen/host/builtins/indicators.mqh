// Built-in indicators; the last parameter of many is a price or the handle of an indicator.
//--- Averages
int iMA(const string symbol, ENUM_TIMEFRAMES period, int ma_period, int ma_shift, ENUM_MA_METHOD ma_method, ENUM_APPLIED_PRICE applied_price);
int iMA(const string symbol, ENUM_TIMEFRAMES period, int ma_period, int ma_shift, ENUM_MA_METHOD ma_method, int applied_handle);
int iDEMA(const string symbol, ENUM_TIMEFRAMES period, int ma_period, int ma_shift, ENUM_APPLIED_PRICE applied_price);
int iDEMA(const string symbol, ENUM_TIMEFRAMES period, int ma_period, int ma_shift, int applied_handle);
int iTEMA(const string symbol, ENUM_TIMEFRAMES period, int ma_period, int ma_shift, ENUM_APPLIED_PRICE applied_price);
int iTEMA(const string symbol, ENUM_TIMEFRAMES period, int ma_period, int ma_shift, int applied_handle);
int iTriX(const string symbol, ENUM_TIMEFRAMES period, int ma_period, ENUM_APPLIED_PRICE applied_price);
int iTriX(const string symbol, ENUM_TIMEFRAMES period, int ma_period, int applied_handle);
int iAMA(const string symbol, ENUM_TIMEFRAMES period, int ama_period, int fast_ma_period, int slow_ma_period, int ama_shift, ENUM_APPLIED_PRICE applied_price);
int iAMA(const string symbol, ENUM_TIMEFRAMES period, int ama_period, int fast_ma_period, int slow_ma_period, int ama_shift, int applied_handle);
int iFrAMA(const string symbol, ENUM_TIMEFRAMES period, int ma_period, int ma_shift, ENUM_APPLIED_PRICE applied_price);
int iFrAMA(const string symbol, ENUM_TIMEFRAMES period, int ma_period, int ma_shift, int applied_handle);
int iVIDyA(const string symbol, ENUM_TIMEFRAMES period, int cmo_period, int ema_period, int ma_shift, ENUM_APPLIED_PRICE applied_price); // Bands and lines about an average
int iVIDyA(const string symbol, ENUM_TIMEFRAMES period, int cmo_period, int ema_period, int ma_shift, int applied_handle); // Bands and lines about an average
int iBands(const string symbol, ENUM_TIMEFRAMES period, int bands_period, int bands_shift, double deviation, ENUM_APPLIED_PRICE applied_price);
int iBands(const string symbol, ENUM_TIMEFRAMES period, int bands_period, int bands_shift, double deviation, int applied_handle);
int iEnvelopes(const string symbol, ENUM_TIMEFRAMES period, int ma_period, int ma_shift, ENUM_MA_METHOD ma_method, ENUM_APPLIED_PRICE applied_price, double deviation);
int iEnvelopes(const string symbol, ENUM_TIMEFRAMES period, int ma_period, int ma_shift, ENUM_MA_METHOD ma_method, int applied_handle, double deviation);
int iStdDev(const string symbol, ENUM_TIMEFRAMES period, int ma_period, int ma_shift, ENUM_MA_METHOD ma_method, ENUM_APPLIED_PRICE applied_price);
int iStdDev(const string symbol, ENUM_TIMEFRAMES period, int ma_period, int ma_shift, ENUM_MA_METHOD ma_method, int applied_handle);
int iSAR(const string symbol, ENUM_TIMEFRAMES period, double step, double maximum);
int iIchimoku(const string symbol, ENUM_TIMEFRAMES period, int tenkan_sen, int kijun_sen, int senkou_span_b); // Trend and range
int iATR(const string symbol, ENUM_TIMEFRAMES period, int ma_period);
int iADX(const string symbol, ENUM_TIMEFRAMES period, int adx_period);
int iADXWilder(const string symbol, ENUM_TIMEFRAMES period, int adx_period); // Oscillators
int iRSI(const string symbol, ENUM_TIMEFRAMES period, int ma_period, ENUM_APPLIED_PRICE applied_price);
int iRSI(const string symbol, ENUM_TIMEFRAMES period, int ma_period, int applied_handle);
int iCCI(const string symbol, ENUM_TIMEFRAMES period, int ma_period, ENUM_APPLIED_PRICE applied_price);
int iCCI(const string symbol, ENUM_TIMEFRAMES period, int ma_period, int applied_handle);
int iMomentum(const string symbol, ENUM_TIMEFRAMES period, int mom_period, ENUM_APPLIED_PRICE applied_price);
int iMomentum(const string symbol, ENUM_TIMEFRAMES period, int mom_period, int applied_handle);
int iMACD(const string symbol, ENUM_TIMEFRAMES period, int fast_ema_period, int slow_ema_period, int signal_period, ENUM_APPLIED_PRICE applied_price);
int iMACD(const string symbol, ENUM_TIMEFRAMES period, int fast_ema_period, int slow_ema_period, int signal_period, int applied_handle);
int iOsMA(const string symbol, ENUM_TIMEFRAMES period, int fast_ema_period, int slow_ema_period, int signal_period, ENUM_APPLIED_PRICE applied_price);
int iOsMA(const string symbol, ENUM_TIMEFRAMES period, int fast_ema_period, int slow_ema_period, int signal_period, int applied_handle);
int iStochastic(const string symbol, ENUM_TIMEFRAMES period, int Kperiod, int Dperiod, int slowing, ENUM_MA_METHOD ma_method, ENUM_STO_PRICE price_field);
int iWPR(const string symbol, ENUM_TIMEFRAMES period, int calc_period);
int iDeMarker(const string symbol, ENUM_TIMEFRAMES period, int ma_period);
int iRVI(const string symbol, ENUM_TIMEFRAMES period, int ma_period);
int iBearsPower(const string symbol, ENUM_TIMEFRAMES period, int ma_period);
int iBullsPower(const string symbol, ENUM_TIMEFRAMES period, int ma_period); // Volumes
int iAD(const string symbol, ENUM_TIMEFRAMES period, ENUM_APPLIED_VOLUME applied_volume);
int iChaikin(const string symbol, ENUM_TIMEFRAMES period, int fast_ma_period, int slow_ma_period, ENUM_MA_METHOD ma_method, ENUM_APPLIED_VOLUME applied_volume);
int iForce(const string symbol, ENUM_TIMEFRAMES period, int ma_period, ENUM_MA_METHOD ma_method, ENUM_APPLIED_VOLUME applied_volume);
int iMFI(const string symbol, ENUM_TIMEFRAMES period, int ma_period, ENUM_APPLIED_VOLUME applied_volume);
int iOBV(const string symbol, ENUM_TIMEFRAMES period, ENUM_APPLIED_VOLUME applied_volume);
int iVolumes(const string symbol, ENUM_TIMEFRAMES period, ENUM_APPLIED_VOLUME applied_volume);
int iBWMFI(const string symbol, ENUM_TIMEFRAMES period, ENUM_APPLIED_VOLUME applied_volume); // Bill Williams
int iAO(const string symbol, ENUM_TIMEFRAMES period);
int iAC(const string symbol, ENUM_TIMEFRAMES period);
int iAlligator(const string symbol, ENUM_TIMEFRAMES period, int jaw_period, int jaw_shift, int teeth_period, int teeth_shift, int lips_period, int lips_shift, ENUM_MA_METHOD ma_method, ENUM_APPLIED_PRICE applied_price);
int iAlligator(const string symbol, ENUM_TIMEFRAMES period, int jaw_period, int jaw_shift, int teeth_period, int teeth_shift, int lips_period, int lips_shift, ENUM_MA_METHOD ma_method, int applied_handle);
int iGator(const string symbol, ENUM_TIMEFRAMES period, int jaw_period, int jaw_shift, int teeth_period, int teeth_shift, int lips_period, int lips_shift, ENUM_MA_METHOD ma_method, ENUM_APPLIED_PRICE applied_price);
int iGator(const string symbol, ENUM_TIMEFRAMES period, int jaw_period, int jaw_shift, int teeth_period, int teeth_shift, int lips_period, int lips_shift, ENUM_MA_METHOD ma_method, int applied_handle);
int iFractals(const string symbol, ENUM_TIMEFRAMES period);
