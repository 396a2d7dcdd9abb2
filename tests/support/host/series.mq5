//--- prints what a program sees of the chart and of larger timeframes at every tick
void Show(const ENUM_TIMEFRAMES period)
  {
   MqlRates rates[];
   ArraySetAsSeries(rates, true);
   if(CopyRates(_Symbol, period, 0, 2, rates) < 1)
      return;
   PrintFormat("%d %d %s %.0f %.0f %.0f %.0f %I64d", PeriodSeconds(period), Bars(_Symbol, period), TimeToString(rates[0].time),
               rates[0].open / _Point, rates[0].high / _Point, rates[0].low / _Point, rates[0].close / _Point, rates[0].tick_volume);
  }
//--- the last closed bar of a larger timeframe
void ShowClosed(const ENUM_TIMEFRAMES period)
  {
   PrintFormat("closed %d %I64d %.0f %.0f %.0f %.0f %I64d %d", PeriodSeconds(period), (long)iTime(_Symbol, period, 1),
               iOpen(_Symbol, period, 1) / _Point, iHigh(_Symbol, period, 1) / _Point, iLow(_Symbol, period, 1) / _Point,
               iClose(_Symbol, period, 1) / _Point, iVolume(_Symbol, period, 1), iSpread(_Symbol, period, 1));
  }
void OnTick(void)
  {
   Show(PERIOD_CURRENT);
   Show(PERIOD_D1);
   Show(PERIOD_W1);
   ShowClosed(PERIOD_D1);
   ShowClosed(PERIOD_W1);
   const datetime opened = iTime(_Symbol, _Period, 0);
   PrintFormat("shifts %d %d %d %d", iBarShift(_Symbol, _Period, opened), iBarShift(_Symbol, _Period, opened - 1),
               iBarShift(_Symbol, _Period, opened + 1, true), iBarShift(_Symbol, _Period, 1000));
   PrintFormat("below %d", CopyRates2(PERIOD_M1));
  }
int CopyRates2(const ENUM_TIMEFRAMES period)
  {
   MqlRates rates[];
   return(CopyRates(_Symbol, period, 0, 1, rates));
  }
