#ifndef LANGUAGE_MQH
#define LANGUAGE_MQH
double Included(const double x)
  {
   return(x * 10.0);
  }
#else
nothing of this is read
#endif
