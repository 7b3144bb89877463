/* What Python hands to the kernel; relaxo/fitting/compiled.py holds the same. */
#pragma once

#include <stdint.h>

enum { DECAY, RECOVERY, INVERSION, REPEATED_INVERSION, SPOILED };

/* The numbers of relaxo.data.FitStatus. */
static const int32_t OK = 0, NOT_FINITE = 2, CONSTANT = 3, BELOW_NOISE = 4, AT_BOUND = 5, OUTSIDE_RANGE = 6,
                     NOT_CONVERGED = 7, CLIPPED = 8;

typedef struct {
    int32_t form;
    int32_t images;          /* rows of the signal */
    int32_t skipped;         /* the first of them, which are only asked whether they are finite */
    int32_t cells;           /* of the range of the time constant, a multiple of four */
    int32_t search_signs;
    int32_t is_magnitude;    /* a negative signal is refused */
    int32_t truncate;        /* points from where the decay sinks below the floor do not count; else the largest decides */
    int32_t is_double;       /* type of the signal */
    double floor;            /* once noise is taken out */
    double sigma;            /* of the noise that is taken out of magnitudes; 0 for none */
    double clip_level;
    double largest_relative_error;
    double least_freedom;    /* degrees of freedom wanted once points are left out */
    double margin;           /* by which a minimum outside the bounds must be better than one inside */
    double coarse_slack;     /* share of a signal by which the centre of a cell may fall short of its best place */
    double log_lower, log_upper; /* of the time constant */
    double first_centre, cell_width; /* of the cells, in the logarithm of the time constant */
    double cell_reach;       /* how far from the centre of a cell the polynomials go */
    const double *columns[3];    /* (images - skipped) each */
    const float *single_columns[3];
    const double *lower, *upper; /* of the parameters, the time first */
    const float *centres;        /* (images - skipped, varying, cells), orthonormal functions at the centres of the cells */
    const float *polynomials;    /* (cells, images - skipped, varying, 8), the same all over each cell, from degree 0 on */
    const float *inverse_norms;  /* (images - skipped + 1, cells): 1 / sum of squares of the first points, at the centres */
    const float *enlargement;    /* (images - skipped + 1, cells, 8): polynomials of the root of that */
} Task;

typedef struct {
    const void *signal;      /* (images, voxels), float or double, rows `stride` numbers apart */
    int64_t stride;
    int64_t voxels;
    const int64_t *place;    /* (voxels), where in the results each belongs; NULL: in order from `first` on */
    int64_t first;
    double *values[3], *errors[3], *residual, *r_squared;
    uint8_t *status;
    const volatile int32_t *stop; /* not 0: all is in vain */
} Block;

