"""Write a thousand branches, one inside the other, where the grader looks for definitions.

expect: scores 0 missing import
"""

if None:
    a = 1
elif 0 < 0:
    a = 0
elif 1 < 0:
    a = 1
elif 2 < 0:
    a = 2
elif 3 < 0:
    a = 3
elif 4 < 0:
    a = 4
elif 5 < 0:
    a = 5
elif 6 < 0:
    a = 6
elif 7 < 0:
    a = 7
elif 8 < 0:
    a = 8
elif 9 < 0:
    a = 9
elif 10 < 0:
    a = 10
elif 11 < 0:
    a = 11
elif 12 < 0:
    a = 12
elif 13 < 0:
    a = 13
elif 14 < 0:
    a = 14
elif 15 < 0:
    a = 15
elif 16 < 0:
    a = 16
elif 17 < 0:
    a = 17
elif 18 < 0:
    a = 18
elif 19 < 0:
    a = 19
elif 20 < 0:
    a = 20
elif 21 < 0:
    a = 21
elif 22 < 0:
    a = 22
elif 23 < 0:
    a = 23
elif 24 < 0:
    a = 24
elif 25 < 0:
    a = 25
elif 26 < 0:
    a = 26
elif 27 < 0:
    a = 27
elif 28 < 0:
    a = 28
elif 29 < 0:
    a = 29
elif 30 < 0:
    a = 30
elif 31 < 0:
    a = 31
elif 32 < 0:
    a = 32
elif 33 < 0:
    a = 33
elif 34 < 0:
    a = 34
elif 35 < 0:
    a = 35
elif 36 < 0:
    a = 36
elif 37 < 0:
    a = 37
elif 38 < 0:
    a = 38
elif 39 < 0:
    a = 39
elif 40 < 0:
    a = 40
elif 41 < 0:
    a = 41
elif 42 < 0:
    a = 42
elif 43 < 0:
    a = 43
elif 44 < 0:
    a = 44
elif 45 < 0:
    a = 45
elif 46 < 0:
    a = 46
elif 47 < 0:
    a = 47
elif 48 < 0:
    a = 48
elif 49 < 0:
    a = 49
elif 50 < 0:
    a = 50
elif 51 < 0:
    a = 51
elif 52 < 0:
    a = 52
elif 53 < 0:
    a = 53
elif 54 < 0:
    a = 54
elif 55 < 0:
    a = 55
elif 56 < 0:
    a = 56
elif 57 < 0:
    a = 57
elif 58 < 0:
    a = 58
elif 59 < 0:
    a = 59
elif 60 < 0:
    a = 60
elif 61 < 0:
    a = 61
elif 62 < 0:
    a = 62
elif 63 < 0:
    a = 63
elif 64 < 0:
    a = 64
elif 65 < 0:
    a = 65
elif 66 < 0:
    a = 66
elif 67 < 0:
    a = 67
elif 68 < 0:
    a = 68
elif 69 < 0:
    a = 69
elif 70 < 0:
    a = 70
elif 71 < 0:
    a = 71
elif 72 < 0:
    a = 72
elif 73 < 0:
    a = 73
elif 74 < 0:
    a = 74
elif 75 < 0:
    a = 75
elif 76 < 0:
    a = 76
elif 77 < 0:
    a = 77
elif 78 < 0:
    a = 78
elif 79 < 0:
    a = 79
elif 80 < 0:
    a = 80
elif 81 < 0:
    a = 81
elif 82 < 0:
    a = 82
elif 83 < 0:
    a = 83
elif 84 < 0:
    a = 84
elif 85 < 0:
    a = 85
elif 86 < 0:
    a = 86
elif 87 < 0:
    a = 87
elif 88 < 0:
    a = 88
elif 89 < 0:
    a = 89
elif 90 < 0:
    a = 90
elif 91 < 0:
    a = 91
elif 92 < 0:
    a = 92
elif 93 < 0:
    a = 93
elif 94 < 0:
    a = 94
elif 95 < 0:
    a = 95
elif 96 < 0:
    a = 96
elif 97 < 0:
    a = 97
elif 98 < 0:
    a = 98
elif 99 < 0:
    a = 99
elif 100 < 0:
    a = 100
elif 101 < 0:
    a = 101
elif 102 < 0:
    a = 102
elif 103 < 0:
    a = 103
elif 104 < 0:
    a = 104
elif 105 < 0:
    a = 105
elif 106 < 0:
    a = 106
elif 107 < 0:
    a = 107
elif 108 < 0:
    a = 108
elif 109 < 0:
    a = 109
elif 110 < 0:
    a = 110
elif 111 < 0:
    a = 111
elif 112 < 0:
    a = 112
elif 113 < 0:
    a = 113
elif 114 < 0:
    a = 114
elif 115 < 0:
    a = 115
elif 116 < 0:
    a = 116
elif 117 < 0:
    a = 117
elif 118 < 0:
    a = 118
elif 119 < 0:
    a = 119
elif 120 < 0:
    a = 120
elif 121 < 0:
    a = 121
elif 122 < 0:
    a = 122
elif 123 < 0:
    a = 123
elif 124 < 0:
    a = 124
elif 125 < 0:
    a = 125
elif 126 < 0:
    a = 126
elif 127 < 0:
    a = 127
elif 128 < 0:
    a = 128
elif 129 < 0:
    a = 129
elif 130 < 0:
    a = 130
elif 131 < 0:
    a = 131
elif 132 < 0:
    a = 132
elif 133 < 0:
    a = 133
elif 134 < 0:
    a = 134
elif 135 < 0:
    a = 135
elif 136 < 0:
    a = 136
elif 137 < 0:
    a = 137
elif 138 < 0:
    a = 138
elif 139 < 0:
    a = 139
elif 140 < 0:
    a = 140
elif 141 < 0:
    a = 141
elif 142 < 0:
    a = 142
elif 143 < 0:
    a = 143
elif 144 < 0:
    a = 144
elif 145 < 0:
    a = 145
elif 146 < 0:
    a = 146
elif 147 < 0:
    a = 147
elif 148 < 0:
    a = 148
elif 149 < 0:
    a = 149
elif 150 < 0:
    a = 150
elif 151 < 0:
    a = 151
elif 152 < 0:
    a = 152
elif 153 < 0:
    a = 153
elif 154 < 0:
    a = 154
elif 155 < 0:
    a = 155
elif 156 < 0:
    a = 156
elif 157 < 0:
    a = 157
elif 158 < 0:
    a = 158
elif 159 < 0:
    a = 159
elif 160 < 0:
    a = 160
elif 161 < 0:
    a = 161
elif 162 < 0:
    a = 162
elif 163 < 0:
    a = 163
elif 164 < 0:
    a = 164
elif 165 < 0:
    a = 165
elif 166 < 0:
    a = 166
elif 167 < 0:
    a = 167
elif 168 < 0:
    a = 168
elif 169 < 0:
    a = 169
elif 170 < 0:
    a = 170
elif 171 < 0:
    a = 171
elif 172 < 0:
    a = 172
elif 173 < 0:
    a = 173
elif 174 < 0:
    a = 174
elif 175 < 0:
    a = 175
elif 176 < 0:
    a = 176
elif 177 < 0:
    a = 177
elif 178 < 0:
    a = 178
elif 179 < 0:
    a = 179
elif 180 < 0:
    a = 180
elif 181 < 0:
    a = 181
elif 182 < 0:
    a = 182
elif 183 < 0:
    a = 183
elif 184 < 0:
    a = 184
elif 185 < 0:
    a = 185
elif 186 < 0:
    a = 186
elif 187 < 0:
    a = 187
elif 188 < 0:
    a = 188
elif 189 < 0:
    a = 189
elif 190 < 0:
    a = 190
elif 191 < 0:
    a = 191
elif 192 < 0:
    a = 192
elif 193 < 0:
    a = 193
elif 194 < 0:
    a = 194
elif 195 < 0:
    a = 195
elif 196 < 0:
    a = 196
elif 197 < 0:
    a = 197
elif 198 < 0:
    a = 198
elif 199 < 0:
    a = 199
elif 200 < 0:
    a = 200
elif 201 < 0:
    a = 201
elif 202 < 0:
    a = 202
elif 203 < 0:
    a = 203
elif 204 < 0:
    a = 204
elif 205 < 0:
    a = 205
elif 206 < 0:
    a = 206
elif 207 < 0:
    a = 207
elif 208 < 0:
    a = 208
elif 209 < 0:
    a = 209
elif 210 < 0:
    a = 210
elif 211 < 0:
    a = 211
elif 212 < 0:
    a = 212
elif 213 < 0:
    a = 213
elif 214 < 0:
    a = 214
elif 215 < 0:
    a = 215
elif 216 < 0:
    a = 216
elif 217 < 0:
    a = 217
elif 218 < 0:
    a = 218
elif 219 < 0:
    a = 219
elif 220 < 0:
    a = 220
elif 221 < 0:
    a = 221
elif 222 < 0:
    a = 222
elif 223 < 0:
    a = 223
elif 224 < 0:
    a = 224
elif 225 < 0:
    a = 225
elif 226 < 0:
    a = 226
elif 227 < 0:
    a = 227
elif 228 < 0:
    a = 228
elif 229 < 0:
    a = 229
elif 230 < 0:
    a = 230
elif 231 < 0:
    a = 231
elif 232 < 0:
    a = 232
elif 233 < 0:
    a = 233
elif 234 < 0:
    a = 234
elif 235 < 0:
    a = 235
elif 236 < 0:
    a = 236
elif 237 < 0:
    a = 237
elif 238 < 0:
    a = 238
elif 239 < 0:
    a = 239
elif 240 < 0:
    a = 240
elif 241 < 0:
    a = 241
elif 242 < 0:
    a = 242
elif 243 < 0:
    a = 243
elif 244 < 0:
    a = 244
elif 245 < 0:
    a = 245
elif 246 < 0:
    a = 246
elif 247 < 0:
    a = 247
elif 248 < 0:
    a = 248
elif 249 < 0:
    a = 249
elif 250 < 0:
    a = 250
elif 251 < 0:
    a = 251
elif 252 < 0:
    a = 252
elif 253 < 0:
    a = 253
elif 254 < 0:
    a = 254
elif 255 < 0:
    a = 255
elif 256 < 0:
    a = 256
elif 257 < 0:
    a = 257
elif 258 < 0:
    a = 258
elif 259 < 0:
    a = 259
elif 260 < 0:
    a = 260
elif 261 < 0:
    a = 261
elif 262 < 0:
    a = 262
elif 263 < 0:
    a = 263
elif 264 < 0:
    a = 264
elif 265 < 0:
    a = 265
elif 266 < 0:
    a = 266
elif 267 < 0:
    a = 267
elif 268 < 0:
    a = 268
elif 269 < 0:
    a = 269
elif 270 < 0:
    a = 270
elif 271 < 0:
    a = 271
elif 272 < 0:
    a = 272
elif 273 < 0:
    a = 273
elif 274 < 0:
    a = 274
elif 275 < 0:
    a = 275
elif 276 < 0:
    a = 276
elif 277 < 0:
    a = 277
elif 278 < 0:
    a = 278
elif 279 < 0:
    a = 279
elif 280 < 0:
    a = 280
elif 281 < 0:
    a = 281
elif 282 < 0:
    a = 282
elif 283 < 0:
    a = 283
elif 284 < 0:
    a = 284
elif 285 < 0:
    a = 285
elif 286 < 0:
    a = 286
elif 287 < 0:
    a = 287
elif 288 < 0:
    a = 288
elif 289 < 0:
    a = 289
elif 290 < 0:
    a = 290
elif 291 < 0:
    a = 291
elif 292 < 0:
    a = 292
elif 293 < 0:
    a = 293
elif 294 < 0:
    a = 294
elif 295 < 0:
    a = 295
elif 296 < 0:
    a = 296
elif 297 < 0:
    a = 297
elif 298 < 0:
    a = 298
elif 299 < 0:
    a = 299
elif 300 < 0:
    a = 300
elif 301 < 0:
    a = 301
elif 302 < 0:
    a = 302
elif 303 < 0:
    a = 303
elif 304 < 0:
    a = 304
elif 305 < 0:
    a = 305
elif 306 < 0:
    a = 306
elif 307 < 0:
    a = 307
elif 308 < 0:
    a = 308
elif 309 < 0:
    a = 309
elif 310 < 0:
    a = 310
elif 311 < 0:
    a = 311
elif 312 < 0:
    a = 312
elif 313 < 0:
    a = 313
elif 314 < 0:
    a = 314
elif 315 < 0:
    a = 315
elif 316 < 0:
    a = 316
elif 317 < 0:
    a = 317
elif 318 < 0:
    a = 318
elif 319 < 0:
    a = 319
elif 320 < 0:
    a = 320
elif 321 < 0:
    a = 321
elif 322 < 0:
    a = 322
elif 323 < 0:
    a = 323
elif 324 < 0:
    a = 324
elif 325 < 0:
    a = 325
elif 326 < 0:
    a = 326
elif 327 < 0:
    a = 327
elif 328 < 0:
    a = 328
elif 329 < 0:
    a = 329
elif 330 < 0:
    a = 330
elif 331 < 0:
    a = 331
elif 332 < 0:
    a = 332
elif 333 < 0:
    a = 333
elif 334 < 0:
    a = 334
elif 335 < 0:
    a = 335
elif 336 < 0:
    a = 336
elif 337 < 0:
    a = 337
elif 338 < 0:
    a = 338
elif 339 < 0:
    a = 339
elif 340 < 0:
    a = 340
elif 341 < 0:
    a = 341
elif 342 < 0:
    a = 342
elif 343 < 0:
    a = 343
elif 344 < 0:
    a = 344
elif 345 < 0:
    a = 345
elif 346 < 0:
    a = 346
elif 347 < 0:
    a = 347
elif 348 < 0:
    a = 348
elif 349 < 0:
    a = 349
elif 350 < 0:
    a = 350
elif 351 < 0:
    a = 351
elif 352 < 0:
    a = 352
elif 353 < 0:
    a = 353
elif 354 < 0:
    a = 354
elif 355 < 0:
    a = 355
elif 356 < 0:
    a = 356
elif 357 < 0:
    a = 357
elif 358 < 0:
    a = 358
elif 359 < 0:
    a = 359
elif 360 < 0:
    a = 360
elif 361 < 0:
    a = 361
elif 362 < 0:
    a = 362
elif 363 < 0:
    a = 363
elif 364 < 0:
    a = 364
elif 365 < 0:
    a = 365
elif 366 < 0:
    a = 366
elif 367 < 0:
    a = 367
elif 368 < 0:
    a = 368
elif 369 < 0:
    a = 369
elif 370 < 0:
    a = 370
elif 371 < 0:
    a = 371
elif 372 < 0:
    a = 372
elif 373 < 0:
    a = 373
elif 374 < 0:
    a = 374
elif 375 < 0:
    a = 375
elif 376 < 0:
    a = 376
elif 377 < 0:
    a = 377
elif 378 < 0:
    a = 378
elif 379 < 0:
    a = 379
elif 380 < 0:
    a = 380
elif 381 < 0:
    a = 381
elif 382 < 0:
    a = 382
elif 383 < 0:
    a = 383
elif 384 < 0:
    a = 384
elif 385 < 0:
    a = 385
elif 386 < 0:
    a = 386
elif 387 < 0:
    a = 387
elif 388 < 0:
    a = 388
elif 389 < 0:
    a = 389
elif 390 < 0:
    a = 390
elif 391 < 0:
    a = 391
elif 392 < 0:
    a = 392
elif 393 < 0:
    a = 393
elif 394 < 0:
    a = 394
elif 395 < 0:
    a = 395
elif 396 < 0:
    a = 396
elif 397 < 0:
    a = 397
elif 398 < 0:
    a = 398
elif 399 < 0:
    a = 399
elif 400 < 0:
    a = 400
elif 401 < 0:
    a = 401
elif 402 < 0:
    a = 402
elif 403 < 0:
    a = 403
elif 404 < 0:
    a = 404
elif 405 < 0:
    a = 405
elif 406 < 0:
    a = 406
elif 407 < 0:
    a = 407
elif 408 < 0:
    a = 408
elif 409 < 0:
    a = 409
elif 410 < 0:
    a = 410
elif 411 < 0:
    a = 411
elif 412 < 0:
    a = 412
elif 413 < 0:
    a = 413
elif 414 < 0:
    a = 414
elif 415 < 0:
    a = 415
elif 416 < 0:
    a = 416
elif 417 < 0:
    a = 417
elif 418 < 0:
    a = 418
elif 419 < 0:
    a = 419
elif 420 < 0:
    a = 420
elif 421 < 0:
    a = 421
elif 422 < 0:
    a = 422
elif 423 < 0:
    a = 423
elif 424 < 0:
    a = 424
elif 425 < 0:
    a = 425
elif 426 < 0:
    a = 426
elif 427 < 0:
    a = 427
elif 428 < 0:
    a = 428
elif 429 < 0:
    a = 429
elif 430 < 0:
    a = 430
elif 431 < 0:
    a = 431
elif 432 < 0:
    a = 432
elif 433 < 0:
    a = 433
elif 434 < 0:
    a = 434
elif 435 < 0:
    a = 435
elif 436 < 0:
    a = 436
elif 437 < 0:
    a = 437
elif 438 < 0:
    a = 438
elif 439 < 0:
    a = 439
elif 440 < 0:
    a = 440
elif 441 < 0:
    a = 441
elif 442 < 0:
    a = 442
elif 443 < 0:
    a = 443
elif 444 < 0:
    a = 444
elif 445 < 0:
    a = 445
elif 446 < 0:
    a = 446
elif 447 < 0:
    a = 447
elif 448 < 0:
    a = 448
elif 449 < 0:
    a = 449
elif 450 < 0:
    a = 450
elif 451 < 0:
    a = 451
elif 452 < 0:
    a = 452
elif 453 < 0:
    a = 453
elif 454 < 0:
    a = 454
elif 455 < 0:
    a = 455
elif 456 < 0:
    a = 456
elif 457 < 0:
    a = 457
elif 458 < 0:
    a = 458
elif 459 < 0:
    a = 459
elif 460 < 0:
    a = 460
elif 461 < 0:
    a = 461
elif 462 < 0:
    a = 462
elif 463 < 0:
    a = 463
elif 464 < 0:
    a = 464
elif 465 < 0:
    a = 465
elif 466 < 0:
    a = 466
elif 467 < 0:
    a = 467
elif 468 < 0:
    a = 468
elif 469 < 0:
    a = 469
elif 470 < 0:
    a = 470
elif 471 < 0:
    a = 471
elif 472 < 0:
    a = 472
elif 473 < 0:
    a = 473
elif 474 < 0:
    a = 474
elif 475 < 0:
    a = 475
elif 476 < 0:
    a = 476
elif 477 < 0:
    a = 477
elif 478 < 0:
    a = 478
elif 479 < 0:
    a = 479
elif 480 < 0:
    a = 480
elif 481 < 0:
    a = 481
elif 482 < 0:
    a = 482
elif 483 < 0:
    a = 483
elif 484 < 0:
    a = 484
elif 485 < 0:
    a = 485
elif 486 < 0:
    a = 486
elif 487 < 0:
    a = 487
elif 488 < 0:
    a = 488
elif 489 < 0:
    a = 489
elif 490 < 0:
    a = 490
elif 491 < 0:
    a = 491
elif 492 < 0:
    a = 492
elif 493 < 0:
    a = 493
elif 494 < 0:
    a = 494
elif 495 < 0:
    a = 495
elif 496 < 0:
    a = 496
elif 497 < 0:
    a = 497
elif 498 < 0:
    a = 498
elif 499 < 0:
    a = 499
elif 500 < 0:
    a = 500
elif 501 < 0:
    a = 501
elif 502 < 0:
    a = 502
elif 503 < 0:
    a = 503
elif 504 < 0:
    a = 504
elif 505 < 0:
    a = 505
elif 506 < 0:
    a = 506
elif 507 < 0:
    a = 507
elif 508 < 0:
    a = 508
elif 509 < 0:
    a = 509
elif 510 < 0:
    a = 510
elif 511 < 0:
    a = 511
elif 512 < 0:
    a = 512
elif 513 < 0:
    a = 513
elif 514 < 0:
    a = 514
elif 515 < 0:
    a = 515
elif 516 < 0:
    a = 516
elif 517 < 0:
    a = 517
elif 518 < 0:
    a = 518
elif 519 < 0:
    a = 519
elif 520 < 0:
    a = 520
elif 521 < 0:
    a = 521
elif 522 < 0:
    a = 522
elif 523 < 0:
    a = 523
elif 524 < 0:
    a = 524
elif 525 < 0:
    a = 525
elif 526 < 0:
    a = 526
elif 527 < 0:
    a = 527
elif 528 < 0:
    a = 528
elif 529 < 0:
    a = 529
elif 530 < 0:
    a = 530
elif 531 < 0:
    a = 531
elif 532 < 0:
    a = 532
elif 533 < 0:
    a = 533
elif 534 < 0:
    a = 534
elif 535 < 0:
    a = 535
elif 536 < 0:
    a = 536
elif 537 < 0:
    a = 537
elif 538 < 0:
    a = 538
elif 539 < 0:
    a = 539
elif 540 < 0:
    a = 540
elif 541 < 0:
    a = 541
elif 542 < 0:
    a = 542
elif 543 < 0:
    a = 543
elif 544 < 0:
    a = 544
elif 545 < 0:
    a = 545
elif 546 < 0:
    a = 546
elif 547 < 0:
    a = 547
elif 548 < 0:
    a = 548
elif 549 < 0:
    a = 549
elif 550 < 0:
    a = 550
elif 551 < 0:
    a = 551
elif 552 < 0:
    a = 552
elif 553 < 0:
    a = 553
elif 554 < 0:
    a = 554
elif 555 < 0:
    a = 555
elif 556 < 0:
    a = 556
elif 557 < 0:
    a = 557
elif 558 < 0:
    a = 558
elif 559 < 0:
    a = 559
elif 560 < 0:
    a = 560
elif 561 < 0:
    a = 561
elif 562 < 0:
    a = 562
elif 563 < 0:
    a = 563
elif 564 < 0:
    a = 564
elif 565 < 0:
    a = 565
elif 566 < 0:
    a = 566
elif 567 < 0:
    a = 567
elif 568 < 0:
    a = 568
elif 569 < 0:
    a = 569
elif 570 < 0:
    a = 570
elif 571 < 0:
    a = 571
elif 572 < 0:
    a = 572
elif 573 < 0:
    a = 573
elif 574 < 0:
    a = 574
elif 575 < 0:
    a = 575
elif 576 < 0:
    a = 576
elif 577 < 0:
    a = 577
elif 578 < 0:
    a = 578
elif 579 < 0:
    a = 579
elif 580 < 0:
    a = 580
elif 581 < 0:
    a = 581
elif 582 < 0:
    a = 582
elif 583 < 0:
    a = 583
elif 584 < 0:
    a = 584
elif 585 < 0:
    a = 585
elif 586 < 0:
    a = 586
elif 587 < 0:
    a = 587
elif 588 < 0:
    a = 588
elif 589 < 0:
    a = 589
elif 590 < 0:
    a = 590
elif 591 < 0:
    a = 591
elif 592 < 0:
    a = 592
elif 593 < 0:
    a = 593
elif 594 < 0:
    a = 594
elif 595 < 0:
    a = 595
elif 596 < 0:
    a = 596
elif 597 < 0:
    a = 597
elif 598 < 0:
    a = 598
elif 599 < 0:
    a = 599
elif 600 < 0:
    a = 600
elif 601 < 0:
    a = 601
elif 602 < 0:
    a = 602
elif 603 < 0:
    a = 603
elif 604 < 0:
    a = 604
elif 605 < 0:
    a = 605
elif 606 < 0:
    a = 606
elif 607 < 0:
    a = 607
elif 608 < 0:
    a = 608
elif 609 < 0:
    a = 609
elif 610 < 0:
    a = 610
elif 611 < 0:
    a = 611
elif 612 < 0:
    a = 612
elif 613 < 0:
    a = 613
elif 614 < 0:
    a = 614
elif 615 < 0:
    a = 615
elif 616 < 0:
    a = 616
elif 617 < 0:
    a = 617
elif 618 < 0:
    a = 618
elif 619 < 0:
    a = 619
elif 620 < 0:
    a = 620
elif 621 < 0:
    a = 621
elif 622 < 0:
    a = 622
elif 623 < 0:
    a = 623
elif 624 < 0:
    a = 624
elif 625 < 0:
    a = 625
elif 626 < 0:
    a = 626
elif 627 < 0:
    a = 627
elif 628 < 0:
    a = 628
elif 629 < 0:
    a = 629
elif 630 < 0:
    a = 630
elif 631 < 0:
    a = 631
elif 632 < 0:
    a = 632
elif 633 < 0:
    a = 633
elif 634 < 0:
    a = 634
elif 635 < 0:
    a = 635
elif 636 < 0:
    a = 636
elif 637 < 0:
    a = 637
elif 638 < 0:
    a = 638
elif 639 < 0:
    a = 639
elif 640 < 0:
    a = 640
elif 641 < 0:
    a = 641
elif 642 < 0:
    a = 642
elif 643 < 0:
    a = 643
elif 644 < 0:
    a = 644
elif 645 < 0:
    a = 645
elif 646 < 0:
    a = 646
elif 647 < 0:
    a = 647
elif 648 < 0:
    a = 648
elif 649 < 0:
    a = 649
elif 650 < 0:
    a = 650
elif 651 < 0:
    a = 651
elif 652 < 0:
    a = 652
elif 653 < 0:
    a = 653
elif 654 < 0:
    a = 654
elif 655 < 0:
    a = 655
elif 656 < 0:
    a = 656
elif 657 < 0:
    a = 657
elif 658 < 0:
    a = 658
elif 659 < 0:
    a = 659
elif 660 < 0:
    a = 660
elif 661 < 0:
    a = 661
elif 662 < 0:
    a = 662
elif 663 < 0:
    a = 663
elif 664 < 0:
    a = 664
elif 665 < 0:
    a = 665
elif 666 < 0:
    a = 666
elif 667 < 0:
    a = 667
elif 668 < 0:
    a = 668
elif 669 < 0:
    a = 669
elif 670 < 0:
    a = 670
elif 671 < 0:
    a = 671
elif 672 < 0:
    a = 672
elif 673 < 0:
    a = 673
elif 674 < 0:
    a = 674
elif 675 < 0:
    a = 675
elif 676 < 0:
    a = 676
elif 677 < 0:
    a = 677
elif 678 < 0:
    a = 678
elif 679 < 0:
    a = 679
elif 680 < 0:
    a = 680
elif 681 < 0:
    a = 681
elif 682 < 0:
    a = 682
elif 683 < 0:
    a = 683
elif 684 < 0:
    a = 684
elif 685 < 0:
    a = 685
elif 686 < 0:
    a = 686
elif 687 < 0:
    a = 687
elif 688 < 0:
    a = 688
elif 689 < 0:
    a = 689
elif 690 < 0:
    a = 690
elif 691 < 0:
    a = 691
elif 692 < 0:
    a = 692
elif 693 < 0:
    a = 693
elif 694 < 0:
    a = 694
elif 695 < 0:
    a = 695
elif 696 < 0:
    a = 696
elif 697 < 0:
    a = 697
elif 698 < 0:
    a = 698
elif 699 < 0:
    a = 699
elif 700 < 0:
    a = 700
elif 701 < 0:
    a = 701
elif 702 < 0:
    a = 702
elif 703 < 0:
    a = 703
elif 704 < 0:
    a = 704
elif 705 < 0:
    a = 705
elif 706 < 0:
    a = 706
elif 707 < 0:
    a = 707
elif 708 < 0:
    a = 708
elif 709 < 0:
    a = 709
elif 710 < 0:
    a = 710
elif 711 < 0:
    a = 711
elif 712 < 0:
    a = 712
elif 713 < 0:
    a = 713
elif 714 < 0:
    a = 714
elif 715 < 0:
    a = 715
elif 716 < 0:
    a = 716
elif 717 < 0:
    a = 717
elif 718 < 0:
    a = 718
elif 719 < 0:
    a = 719
elif 720 < 0:
    a = 720
elif 721 < 0:
    a = 721
elif 722 < 0:
    a = 722
elif 723 < 0:
    a = 723
elif 724 < 0:
    a = 724
elif 725 < 0:
    a = 725
elif 726 < 0:
    a = 726
elif 727 < 0:
    a = 727
elif 728 < 0:
    a = 728
elif 729 < 0:
    a = 729
elif 730 < 0:
    a = 730
elif 731 < 0:
    a = 731
elif 732 < 0:
    a = 732
elif 733 < 0:
    a = 733
elif 734 < 0:
    a = 734
elif 735 < 0:
    a = 735
elif 736 < 0:
    a = 736
elif 737 < 0:
    a = 737
elif 738 < 0:
    a = 738
elif 739 < 0:
    a = 739
elif 740 < 0:
    a = 740
elif 741 < 0:
    a = 741
elif 742 < 0:
    a = 742
elif 743 < 0:
    a = 743
elif 744 < 0:
    a = 744
elif 745 < 0:
    a = 745
elif 746 < 0:
    a = 746
elif 747 < 0:
    a = 747
elif 748 < 0:
    a = 748
elif 749 < 0:
    a = 749
elif 750 < 0:
    a = 750
elif 751 < 0:
    a = 751
elif 752 < 0:
    a = 752
elif 753 < 0:
    a = 753
elif 754 < 0:
    a = 754
elif 755 < 0:
    a = 755
elif 756 < 0:
    a = 756
elif 757 < 0:
    a = 757
elif 758 < 0:
    a = 758
elif 759 < 0:
    a = 759
elif 760 < 0:
    a = 760
elif 761 < 0:
    a = 761
elif 762 < 0:
    a = 762
elif 763 < 0:
    a = 763
elif 764 < 0:
    a = 764
elif 765 < 0:
    a = 765
elif 766 < 0:
    a = 766
elif 767 < 0:
    a = 767
elif 768 < 0:
    a = 768
elif 769 < 0:
    a = 769
elif 770 < 0:
    a = 770
elif 771 < 0:
    a = 771
elif 772 < 0:
    a = 772
elif 773 < 0:
    a = 773
elif 774 < 0:
    a = 774
elif 775 < 0:
    a = 775
elif 776 < 0:
    a = 776
elif 777 < 0:
    a = 777
elif 778 < 0:
    a = 778
elif 779 < 0:
    a = 779
elif 780 < 0:
    a = 780
elif 781 < 0:
    a = 781
elif 782 < 0:
    a = 782
elif 783 < 0:
    a = 783
elif 784 < 0:
    a = 784
elif 785 < 0:
    a = 785
elif 786 < 0:
    a = 786
elif 787 < 0:
    a = 787
elif 788 < 0:
    a = 788
elif 789 < 0:
    a = 789
elif 790 < 0:
    a = 790
elif 791 < 0:
    a = 791
elif 792 < 0:
    a = 792
elif 793 < 0:
    a = 793
elif 794 < 0:
    a = 794
elif 795 < 0:
    a = 795
elif 796 < 0:
    a = 796
elif 797 < 0:
    a = 797
elif 798 < 0:
    a = 798
elif 799 < 0:
    a = 799
elif 800 < 0:
    a = 800
elif 801 < 0:
    a = 801
elif 802 < 0:
    a = 802
elif 803 < 0:
    a = 803
elif 804 < 0:
    a = 804
elif 805 < 0:
    a = 805
elif 806 < 0:
    a = 806
elif 807 < 0:
    a = 807
elif 808 < 0:
    a = 808
elif 809 < 0:
    a = 809
elif 810 < 0:
    a = 810
elif 811 < 0:
    a = 811
elif 812 < 0:
    a = 812
elif 813 < 0:
    a = 813
elif 814 < 0:
    a = 814
elif 815 < 0:
    a = 815
elif 816 < 0:
    a = 816
elif 817 < 0:
    a = 817
elif 818 < 0:
    a = 818
elif 819 < 0:
    a = 819
elif 820 < 0:
    a = 820
elif 821 < 0:
    a = 821
elif 822 < 0:
    a = 822
elif 823 < 0:
    a = 823
elif 824 < 0:
    a = 824
elif 825 < 0:
    a = 825
elif 826 < 0:
    a = 826
elif 827 < 0:
    a = 827
elif 828 < 0:
    a = 828
elif 829 < 0:
    a = 829
elif 830 < 0:
    a = 830
elif 831 < 0:
    a = 831
elif 832 < 0:
    a = 832
elif 833 < 0:
    a = 833
elif 834 < 0:
    a = 834
elif 835 < 0:
    a = 835
elif 836 < 0:
    a = 836
elif 837 < 0:
    a = 837
elif 838 < 0:
    a = 838
elif 839 < 0:
    a = 839
elif 840 < 0:
    a = 840
elif 841 < 0:
    a = 841
elif 842 < 0:
    a = 842
elif 843 < 0:
    a = 843
elif 844 < 0:
    a = 844
elif 845 < 0:
    a = 845
elif 846 < 0:
    a = 846
elif 847 < 0:
    a = 847
elif 848 < 0:
    a = 848
elif 849 < 0:
    a = 849
elif 850 < 0:
    a = 850
elif 851 < 0:
    a = 851
elif 852 < 0:
    a = 852
elif 853 < 0:
    a = 853
elif 854 < 0:
    a = 854
elif 855 < 0:
    a = 855
elif 856 < 0:
    a = 856
elif 857 < 0:
    a = 857
elif 858 < 0:
    a = 858
elif 859 < 0:
    a = 859
elif 860 < 0:
    a = 860
elif 861 < 0:
    a = 861
elif 862 < 0:
    a = 862
elif 863 < 0:
    a = 863
elif 864 < 0:
    a = 864
elif 865 < 0:
    a = 865
elif 866 < 0:
    a = 866
elif 867 < 0:
    a = 867
elif 868 < 0:
    a = 868
elif 869 < 0:
    a = 869
elif 870 < 0:
    a = 870
elif 871 < 0:
    a = 871
elif 872 < 0:
    a = 872
elif 873 < 0:
    a = 873
elif 874 < 0:
    a = 874
elif 875 < 0:
    a = 875
elif 876 < 0:
    a = 876
elif 877 < 0:
    a = 877
elif 878 < 0:
    a = 878
elif 879 < 0:
    a = 879
elif 880 < 0:
    a = 880
elif 881 < 0:
    a = 881
elif 882 < 0:
    a = 882
elif 883 < 0:
    a = 883
elif 884 < 0:
    a = 884
elif 885 < 0:
    a = 885
elif 886 < 0:
    a = 886
elif 887 < 0:
    a = 887
elif 888 < 0:
    a = 888
elif 889 < 0:
    a = 889
elif 890 < 0:
    a = 890
elif 891 < 0:
    a = 891
elif 892 < 0:
    a = 892
elif 893 < 0:
    a = 893
elif 894 < 0:
    a = 894
elif 895 < 0:
    a = 895
elif 896 < 0:
    a = 896
elif 897 < 0:
    a = 897
elif 898 < 0:
    a = 898
elif 899 < 0:
    a = 899
