// Bars of every period up to the one that is being opened; larger ones are made of those there are.
#pragma once
#include <map>

struct Stretch
  {
   std::vector<MqlRates> bars; // oldest first; the last one is being opened
   int first = 0;              // how many bars of the whole history lie before them
   int now = -1, oldest = -1;  // what they were made for
  };
inline datetime bucket_of(datetime time, ENUM_TIMEFRAMES period)
  {
   const datetime sunday = period == PERIOD_W1 ? 3 * 86400 : 0; // of the week of 1970-01-01, before it
   const datetime since = period == PERIOD_W1 ? time - sunday : time;
   return time - ((since % period) + period) % period;
  }
inline const Stretch &series_of(ENUM_TIMEFRAMES period)
  {
   static std::map<int, Stretch> known;
   Stretch &found = known[period];
   if(found.now == rt.now && found.oldest == rt.oldest)
      return found;
   found = {};
   found.now = rt.now;
   found.oldest = rt.oldest;
   if(period == PERIOD_CURRENT)
     {
      found.bars.assign(rt.bars.begin() + rt.oldest, rt.bars.begin() + rt.now + 1);
      found.first = rt.oldest;
      return found;
     }
   datetime bucket = -1;
   for(int i = 0; i <= rt.now; i++)
     {
      const MqlRates &bar = rt.bars[(size_t)i];
      const datetime before = bucket;
      bucket = bucket_of(bar.time, period);
      if(i < rt.oldest)
        {
         found.first += bucket != before && bucket != bucket_of(rt.bars[(size_t)rt.oldest].time, period);
         continue;
        }
      if(found.bars.empty() || found.bars.back().time != bucket)
        {
         found.bars.push_back(bar);
         found.bars.back().time = bucket;
         continue;
        }
      MqlRates &last = found.bars.back();
      last.high = std::max(last.high, bar.high);
      last.low = std::min(last.low, bar.low);
      last.close = bar.close;
      last.tick_volume += bar.tick_volume;
     }
   return found;
  }
