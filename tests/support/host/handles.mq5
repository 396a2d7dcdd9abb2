// Handles that are refused, with their error, and an indicator applied to another one.
int ExtRsi = INVALID_HANDLE;
int ExtAverage = INVALID_HANDLE;

void Tell(const string what, const int handle)
  {
   Print(what, " ", handle, " ", GetLastError());
   ResetLastError();
  }

int OnInit(void)
  {
   ResetLastError();
   Tell("period", iMA(_Symbol, _Period, 0, 0, MODE_SMA, PRICE_CLOSE));
   Tell("method", iMA(_Symbol, _Period, 5, 0, (ENUM_MA_METHOD)4, PRICE_CLOSE));
   Tell("handle", iMA(_Symbol, _Period, 5, 0, MODE_SMA, 99));
   ExtRsi = iRSI(_Symbol, _Period, 9, PRICE_TYPICAL);
   ExtAverage = iMA(_Symbol, _Period, 4, 0, MODE_SMA, ExtRsi);
   const int larger = iMA(_Symbol, PERIOD_D1, 4, 0, MODE_SMA, ExtRsi);
   Tell("timeframe", larger);
   return(ExtRsi == INVALID_HANDLE || ExtAverage == INVALID_HANDLE ? INIT_FAILED : INIT_SUCCEEDED);
  }

void OnDeinit(const int reason)
  {
   IndicatorRelease(ExtAverage);
   IndicatorRelease(ExtRsi);
  }

void OnTick(void)
  {
   double rsi[];
   double average[];
   if(CopyBuffer(ExtRsi, 0, 1, 4, rsi) != 4 || CopyBuffer(ExtAverage, 0, 1, 1, average) != 1)
      return;
   const double mean = (rsi[0] + rsi[1] + rsi[2] + rsi[3]) / 4.0;
   if(Bars(_Symbol, _Period) == 60)
      Print("average ", MathAbs(average[0] - mean) < 1e-9 && mean > 1.0);
  }
