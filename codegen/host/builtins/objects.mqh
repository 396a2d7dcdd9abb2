// Objects and properties of a chart, as far as a panel and arrows need them.
enum ENUM_OBJECT {
   OBJ_VLINE = 0, OBJ_HLINE = 1, OBJ_TREND = 2, OBJ_ARROW = 22, OBJ_ARROW_BUY = 30, OBJ_ARROW_SELL = 31,
   OBJ_TEXT = 101, OBJ_LABEL = 102, OBJ_BUTTON = 103, OBJ_RECTANGLE_LABEL = 110
};
enum ENUM_OBJECT_PROPERTY_INTEGER {
   OBJPROP_COLOR, OBJPROP_STYLE, OBJPROP_WIDTH, OBJPROP_BACK, OBJPROP_ZORDER, OBJPROP_HIDDEN,
   OBJPROP_SELECTED, OBJPROP_SELECTABLE, OBJPROP_TIME, OBJPROP_FONTSIZE, OBJPROP_ANCHOR,
   OBJPROP_CORNER, OBJPROP_XDISTANCE, OBJPROP_YDISTANCE, OBJPROP_XSIZE, OBJPROP_YSIZE,
   OBJPROP_BGCOLOR, OBJPROP_BORDER_COLOR, OBJPROP_BORDER_TYPE, OBJPROP_ARROWCODE, OBJPROP_STATE
};
enum ENUM_OBJECT_PROPERTY_DOUBLE { OBJPROP_PRICE, OBJPROP_ANGLE };
enum ENUM_OBJECT_PROPERTY_STRING { OBJPROP_TEXT, OBJPROP_TOOLTIP, OBJPROP_FONT, OBJPROP_NAME };
enum ENUM_BASE_CORNER {
   CORNER_LEFT_UPPER, CORNER_LEFT_LOWER, CORNER_RIGHT_LOWER, CORNER_RIGHT_UPPER
};
enum ENUM_ANCHOR_POINT {
   ANCHOR_LEFT_UPPER, ANCHOR_LEFT, ANCHOR_LEFT_LOWER, ANCHOR_LOWER, ANCHOR_RIGHT_LOWER,
   ANCHOR_RIGHT, ANCHOR_RIGHT_UPPER, ANCHOR_UPPER, ANCHOR_CENTER
};
enum ENUM_CHART_PROPERTY_INTEGER {
   CHART_SHOW, CHART_COLOR_BACKGROUND, CHART_COLOR_FOREGROUND, CHART_WIDTH_IN_PIXELS,
   CHART_HEIGHT_IN_PIXELS
};
enum ENUM_LINE_STYLE { STYLE_SOLID, STYLE_DASH, STYLE_DOT, STYLE_DASHDOT, STYLE_DASHDOTDOT };

const color clrNONE = -1, clrBlack = C'0,0,0', clrWhite = C'255,255,255', clrRed = C'255,0,0';
const color clrLime = C'0,255,0', clrBlue = C'0,0,255', clrYellow = C'255,255,0';
const color clrAqua = C'0,255,255', clrMagenta = C'255,0,255', clrGray = C'128,128,128';
const color clrSilver = C'192,192,192', clrGreen = C'0,128,0', clrMaroon = C'128,0,0';
const color clrNavy = C'0,0,128', clrOlive = C'128,128,0', clrPurple = C'128,0,128';
const color clrTeal = C'0,128,128', clrOrange = C'255,165,0', clrOrangeRed = C'255,69,0';
const color clrGold = C'255,215,0', clrDodgerBlue = C'30,144,255', clrRoyalBlue = C'65,105,225';
const color clrDeepSkyBlue = C'0,191,255', clrSkyBlue = C'135,206,235', clrTomato = C'255,99,71';
const color clrCrimson = C'220,20,60', clrFireBrick = C'178,34,34', clrLimeGreen = C'50,205,50';
const color clrSeaGreen = C'46,139,87', clrForestGreen = C'34,139,34', clrDarkGreen = C'0,100,0';
const color clrDarkOrange = C'255,140,0', clrDimGray = C'105,105,105';
const color clrLightGray = C'211,211,211', clrDarkGray = C'169,169,169', clrPink = C'255,192,203';
const color clrViolet = C'238,130,238', clrBrown = C'165,42,42', clrChocolate = C'210,105,30';
const color clrSteelBlue = C'70,130,180', clrSlateGray = C'112,128,144';
const color clrMediumSeaGreen = C'60,179,113', clrIndianRed = C'205,92,92';

bool ObjectCreate(long chart_id, const string name, ENUM_OBJECT type, int sub_window, datetime time, double price);
bool ObjectDelete(long chart_id, const string name);
int ObjectsDeleteAll(long chart_id, const string prefix, int sub_window = -1, int type = -1);
int ObjectFind(long chart_id, const string name);
bool ObjectSetInteger(long chart_id, const string name, ENUM_OBJECT_PROPERTY_INTEGER property, long value);
bool ObjectSetDouble(long chart_id, const string name, ENUM_OBJECT_PROPERTY_DOUBLE property, double value);
bool ObjectSetString(long chart_id, const string name, ENUM_OBJECT_PROPERTY_STRING property, const string value);
long ObjectGetInteger(long chart_id, const string name, ENUM_OBJECT_PROPERTY_INTEGER property);
double ObjectGetDouble(long chart_id, const string name, ENUM_OBJECT_PROPERTY_DOUBLE property);
string ObjectGetString(long chart_id, const string name, ENUM_OBJECT_PROPERTY_STRING property);
long ChartID(void);
void ChartRedraw(long chart_id = 0);
long ChartGetInteger(long chart_id, ENUM_CHART_PROPERTY_INTEGER property, int sub_window = 0);
bool ChartSetInteger(long chart_id, ENUM_CHART_PROPERTY_INTEGER property, long value);
