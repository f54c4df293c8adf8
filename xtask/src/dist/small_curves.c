/* What `ring` asks for on x86_64 and does not have when it is compiled for size: the smaller function of each pair gives the same
   result. RING is what its version puts before each name. */
#include <stdint.h>

#define JOINED(left, right) left##right
#define NAMED(prefix, name) JOINED(prefix, name)
#define OF_RING(name) NAMED(RING, name)

void OF_RING(p256_point_mul_base)(uint64_t point[3][4], const uint64_t scalar[4]);
void OF_RING(x25519_scalar_mult_generic_masked)(uint8_t out[32], const uint8_t scalar[32], const uint8_t point[32]);

/* It may take other times for other numbers, and need not. */
void OF_RING(p256_point_mul_base_vartime)(uint64_t point[3][4], const uint64_t scalar[4])
{
    OF_RING(p256_point_mul_base)(point, scalar);
}

/* For processors with ADX. */
void OF_RING(x25519_scalar_mult_adx)(uint8_t out[32], const uint8_t scalar[32], const uint8_t point[32])
{
    OF_RING(x25519_scalar_mult_generic_masked)(out, scalar, point);
}
