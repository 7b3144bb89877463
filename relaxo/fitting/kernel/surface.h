/* What Python hands to the kernel for signals from a family of curves; relaxo/fitting/surface_kernel.py holds the same. */
#pragma once

#include <stdint.h>

typedef struct {
    int32_t images;              /* of a curve */
    int32_t width;               /* the same, filled up to whole registers */
    int32_t intervals[2];        /* of x, of y */
    double lower[2], upper[2];
    const float *spline;         /* (intervals of x + 3, intervals of y + 3, width), 0 beyond the images */
    const float *magnitude;      /* (nodes, 4): mean, slope and bend of the expected magnitude, and nothing */
    int32_t nodes;
    int32_t nodes_a_sigma;
} SurfaceTask;

typedef struct {
    int64_t starts;
    const int64_t *voxel;        /* (starts), which signal each belongs to */
    const float *signal;         /* (voxels, width) */
    const float *weight;         /* (voxels, width), or (width) where every voxel has the same; 0 beyond the images */
    int64_t weight_stride;       /* width, or 0 */
    const float *sigma;          /* (voxels); NULL where the noise has no mean */
    double *place;               /* (starts, 3): amplitude, x, y squared */
    double *cost;                /* (starts) */
    double *normal;              /* (starts, 3, 3) */
    uint8_t *converged;          /* (starts) */
} SurfaceStarts;
