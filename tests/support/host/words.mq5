//--- text as MetaTrader writes it
input string Word = "a";
input color Tint = clrRed;

int OnInit(void)
  {
   PrintFormat("%5d|%-5d|%05.1f|%.3g|%I64d|%u|%s|%%", 42, 42, 3.14159, 0.000123456, (long)5000000000, (uint)7, Word);
   Print("pi ", 3.25, " ", true, " ", (datetime)86400, " ", 7);
   PrintFormat("%s %s", DoubleToString(1.0062, 2), IntegerToString(7));
   string text = StringFormat("%s-%d", Word, 3);
   PrintFormat("%s %d %d", text, StringLen(text), StringFind(text, "-"));
   PrintFormat("%s %s", TimeToString((datetime)1709210096), TimeToString((datetime)1709210096, TIME_DATE | TIME_SECONDS));
   MqlDateTime parts;
   TimeToStruct((datetime)1709210096, parts);
   PrintFormat("%d %d %d %d %d %d", parts.year, parts.mon, parts.day, parts.hour, parts.day_of_week, parts.day_of_year);
   PrintFormat("%s", ColorToString(Tint));
   return(INIT_SUCCEEDED);
  }
void OnTick(void)
  {
  }
