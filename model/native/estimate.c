/* An estimate, in the same steps and doubles as `Predictor.predict` in Python, to the last bit. */
#include "estimate.h"

static Estimate with_interval(double price, double low, double high, const Terms *terms)
{
    if (low > high) {
        double other = low;
        low = high;
        high = other;
    }
    double unit = terms->relative ? high - low : 1.0;
    if (terms->relative && unit < terms->least_width)
        unit = terms->least_width;
    low -= terms->low_offset * unit;
    high += terms->high_offset * unit;
    if (low < terms->minimum)
        low = terms->minimum;
    return (Estimate){price, low < price ? low : price, high > price ? high : price};
}

Estimate estimate(const Forest *forest, const Terms *terms)
{
    double price = forest_output(forest, terms->price);
    if (price < terms->minimum)
        price = terms->minimum;
    if (!terms->calibrated)
        return (Estimate){price, price, price};
    double low = forest_output(forest, terms->low), high = forest_output(forest, terms->high);
    return with_interval(price, low, high, terms);
}
