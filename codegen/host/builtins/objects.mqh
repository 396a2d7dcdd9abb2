// Charts and their objects, as far as a panel and arrows need them.

enum ENUM_OBJECT {
   OBJ_VLINE = 0, OBJ_HLINE = 1, OBJ_TREND = 2, OBJ_ARROW_BUY = 34, OBJ_ARROW_SELL = 35,
   OBJ_ARROW = 36, OBJ_TEXT = 101, OBJ_LABEL = 102, OBJ_BUTTON = 103, OBJ_BITMAP = 104,
   OBJ_BITMAP_LABEL = 105, OBJ_EDIT = 106, OBJ_RECTANGLE_LABEL = 110
};
enum ENUM_OBJECT_PROPERTY_INTEGER {
   OBJPROP_COLOR, OBJPROP_STYLE, OBJPROP_WIDTH, OBJPROP_BACK, OBJPROP_ZORDER, OBJPROP_FILL,
   OBJPROP_HIDDEN, OBJPROP_SELECTED, OBJPROP_READONLY, OBJPROP_TYPE, OBJPROP_TIME,
   OBJPROP_SELECTABLE, OBJPROP_CREATETIME, OBJPROP_FONTSIZE, OBJPROP_RAY_LEFT,
   OBJPROP_RAY_RIGHT, OBJPROP_ARROWCODE, OBJPROP_TIMEFRAMES, OBJPROP_ANCHOR,
   OBJPROP_XDISTANCE, OBJPROP_YDISTANCE, OBJPROP_STATE, OBJPROP_XSIZE, OBJPROP_YSIZE,
   OBJPROP_XOFFSET, OBJPROP_YOFFSET, OBJPROP_BGCOLOR, OBJPROP_CORNER, OBJPROP_BORDER_TYPE,
   OBJPROP_BORDER_COLOR, OBJPROP_ALIGN
};
enum ENUM_OBJECT_PROPERTY_DOUBLE {
   OBJPROP_PRICE, OBJPROP_LEVELVALUE, OBJPROP_SCALE, OBJPROP_ANGLE, OBJPROP_DEVIATION
};
enum ENUM_OBJECT_PROPERTY_STRING {
   OBJPROP_NAME, OBJPROP_TEXT, OBJPROP_TOOLTIP, OBJPROP_LEVELTEXT, OBJPROP_FONT,
   OBJPROP_BMPFILE, OBJPROP_SYMBOL
};
enum ENUM_BASE_CORNER {
   CORNER_LEFT_UPPER, CORNER_LEFT_LOWER, CORNER_RIGHT_LOWER, CORNER_RIGHT_UPPER
};
enum ENUM_ANCHOR_POINT {
   ANCHOR_LEFT_UPPER, ANCHOR_LEFT, ANCHOR_LEFT_LOWER, ANCHOR_LOWER, ANCHOR_RIGHT_LOWER,
   ANCHOR_RIGHT, ANCHOR_RIGHT_UPPER, ANCHOR_UPPER, ANCHOR_CENTER
};
enum ENUM_ARROW_ANCHOR { ANCHOR_TOP, ANCHOR_BOTTOM };
enum ENUM_BORDER_TYPE { BORDER_FLAT, BORDER_RAISED, BORDER_SUNKEN };
enum ENUM_ALIGN_MODE { ALIGN_LEFT = 1, ALIGN_CENTER = 2, ALIGN_RIGHT = 0 };
enum ENUM_LINE_STYLE { STYLE_SOLID, STYLE_DASH, STYLE_DOT, STYLE_DASHDOT, STYLE_DASHDOTDOT };
enum ENUM_CHART_PROPERTY_INTEGER {
   CHART_SHOW, CHART_IS_OBJECT, CHART_BRING_TO_TOP, CHART_MODE, CHART_FOREGROUND,
   CHART_SHOW_GRID, CHART_SHOW_VOLUMES, CHART_SHOW_TRADE_LEVELS, CHART_SHOW_TRADE_HISTORY,
   CHART_COLOR_BACKGROUND, CHART_COLOR_FOREGROUND, CHART_VISIBLE_BARS, CHART_WIDTH_IN_PIXELS,
   CHART_HEIGHT_IN_PIXELS, CHART_EVENT_OBJECT_CREATE, CHART_EVENT_OBJECT_DELETE
};
enum ENUM_CHART_PROPERTY_STRING { CHART_COMMENT, CHART_EXPERT_NAME, CHART_SCRIPT_NAME };
const int OBJ_NO_PERIODS = 0, OBJ_ALL_PERIODS = 2097151;

bool ObjectCreate(long chart_id, const string name, ENUM_OBJECT type, int sub_window, datetime time, double price);
bool ObjectDelete(long chart_id, const string name);
int ObjectsDeleteAll(long chart_id, const string prefix, int sub_window = -1, int type = -1);
int ObjectsTotal(long chart_id, int sub_window = -1, int type = -1);
string ObjectName(long chart_id, int position, int sub_window = -1, int type = -1);
bool ObjectMove(long chart_id, const string name, int point, datetime time, double price);
int ObjectFind(long chart_id, const string name);
bool ObjectSetInteger(long chart_id, const string name, ENUM_OBJECT_PROPERTY_INTEGER property, long value);
bool ObjectSetDouble(long chart_id, const string name, ENUM_OBJECT_PROPERTY_DOUBLE property, double value);
bool ObjectSetString(long chart_id, const string name, ENUM_OBJECT_PROPERTY_STRING property, const string value);
long ObjectGetInteger(long chart_id, const string name, ENUM_OBJECT_PROPERTY_INTEGER property);
double ObjectGetDouble(long chart_id, const string name, ENUM_OBJECT_PROPERTY_DOUBLE property);
string ObjectGetString(long chart_id, const string name, ENUM_OBJECT_PROPERTY_STRING property);
long ChartID(void);
long ChartFirst(void);
long ChartNext(long chart_id);
string ChartSymbol(long chart_id = 0);
ENUM_TIMEFRAMES ChartPeriod(long chart_id = 0);
string ChartGetString(long chart_id, ENUM_CHART_PROPERTY_STRING property);
void ChartRedraw(long chart_id = 0);
long ChartGetInteger(long chart_id, ENUM_CHART_PROPERTY_INTEGER property, int sub_window = 0);
bool ChartSetInteger(long chart_id, ENUM_CHART_PROPERTY_INTEGER property, long value);
