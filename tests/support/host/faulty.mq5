//--- ends in the way that an input chooses
input int Way = 0;

int ExtHandle = INVALID_HANDLE;
int ExtTicks;
double ExtValues[];

int OnInit(void)
  {
   ExtHandle = iRSI(_Symbol, _Period, 14, PRICE_CLOSE);
   ObjectCreate(0, "panel", OBJ_LABEL, 0, 0, 0.0);
   ObjectSetString(0, "panel", OBJPROP_TEXT, "text");
   return(Way == 5 ? INIT_FAILED : INIT_SUCCEEDED);
  }
void OnDeinit(const int reason)
  {
   PrintFormat("deinit %d", reason);
   if(Way == 6)
      return;
   IndicatorRelease(ExtHandle);
   ObjectDelete(0, "panel");
  }
void OnTick(void)
  {
   ExtTicks++;
   if(Way == 1)
      ExtValues[3] = 1.0;
   if(Way == 2)
      Print(100 / (ExtTicks - ExtTicks));
   if(Way == 3)
      while(Bars(_Symbol, _Period) > 0)
         ExtTicks++;
   if(Way == 4)
      PrintFormat(StringSubstr("%d", 0), 1.5);
   PrintFormat("tick %d, %d copied, %d bars", ExtTicks, CopyBuffer(ExtHandle, 0, 0, 2, ExtValues), Bars(_Symbol, _Period));
   Comment("ticks ", ExtTicks);
  }
