/* Drafts and the sources they were written from: for each figure of a draft, in order, + it is
 * rightly told, x it stands in a source but belongs to something else, - no source has it. Written
 * before the rule was measured on it; nothing is left out for being hard. */
#ifndef GROUNDS_CORPUS_H
#define GROUNDS_CORPUS_H

enum { CORPUS_SOURCES = 3 };

struct grounds_case {
    struct {
        const char *title, *heading, *text;
    } sources[CORPUS_SOURCES];
    const char *question, *draft, *figures;
};

#define FEES                                                                                       \
    {                                                                                              \
        "제증명 안내", "수수료",                                                                   \
            "재발급 수수료는 2,000원, 열람 수수료는 500원입니다. "               \
            "우편으로 받으시면 3,000원이 더 듭니다. 처리 기간은 3일입니다." \
    }
#define PARKING                                                                                    \
    {                                                                                              \
        "주차 안내", "방문 고객",                                                                  \
            "지하 주차장은 두 시간 무료입니다. 이후 10분마다 500원입니다. " \
            "하루 최대 20,000원을 받습니다."                                             \
    }
#define CANCER                                                                                      \
    {                                                                                               \
        "암보험 약관", "제3조(가입나이)",                                                           \
            "암보험은 만 15세부터 70세까지 가입할 수 있습니다. 면책기간은 " \
            "가입한 날부터 90일이며 1년 안에는 보험금의 50%를 드립니다."      \
    }
#define PET                                                                                        \
    {                                                                                              \
        "펫보험 약관", "제4조(가입나이)",                                                          \
            "펫보험은 생후 61일부터 만 10세까지 가입할 수 있습니다. "         \
            "면책기간은 30일이며 자기부담금은 3만원입니다."                     \
    }
#define TABLE                                                                                            \
    {                                                                                                    \
        "보험료표", "월 보험료",                                                                         \
            "| 나이 | 남자 | 여자 |\n|---|---|---|\n| 30세 | 12,300원 | 11,200원 |\n| 40세 | " \
            "18,700원 | "                                                                               \
            "16,400원 |\n| 50세 | 27,900원 | 23,500원 |\n"                                           \
    }
#define LIMITS                                                                                        \
    {                                                                                                 \
        "한도", "보장 한도",                                                                          \
            "- 암 진단비: 5,000만원\n- 뇌졸중 진단비: 3,000만원\n- 급성심근경색 " \
            "진단비: 2,000만원\n- 입원 일당: 5만원 (최대 120일)\n"                      \
    }
#define ENGLISH                                                                                    \
    {                                                                                              \
        "Fees", "Certificates",                                                                    \
            "A reissued certificate costs $20, and a certified copy costs $5. Delivery by "        \
            "courier takes 3 "                                                                     \
            "days; by post it takes 10 days."                                                      \
    }
#define PENALTY                                                                                    \
    {                                                                                              \
        "대출 안내", "이율",                                                                       \
            "약관대출 이율은 연 4.5%이고 연체 이율은 연 7.5%입니다. 상환은 " \
            "매월 25일에 하며 중도상환 수수료는 1.2%입니다."                      \
    }
#define LINES                                                                                          \
    {                                                                                                  \
        "연락처", "전화",                                                                              \
            "사고 접수는 1588-1111로, 일반 상담은 1588-2222로 전화하세요. 문서는 " \
            "팩스 02-123-4567로 보내 주세요."                                                  \
    }

static const struct grounds_case grounds_cases[] = {
    /* Told rightly. */
    {{FEES}, "재발급 수수료 얼마예요", "재발급 수수료는 2,000원입니다.", "+"},
    {{FEES}, "재발급 수수료 얼마예요", "네, 재발급하실 때 수수료 2천원이 있습니다.", "+"},
    {{FEES, PARKING}, "열람하려면 얼마예요", "열람 수수료는 500원입니다.", "+"},
    {{FEES, PARKING}, "주차비 알려주세요", "두 시간 이후에는 10분마다 500원입니다.", "+++"},
    {{FEES, PARKING}, "주차 하루 종일 하면요", "하루 최대 20,000원입니다.", "+"},
    {{FEES},
     "우편으로 받고 싶어요",
     "재발급 수수료 2,000원에 우편 비용 3,000원이 더 듭니다.",
     "++"},
    {{FEES}, "재발급이랑 열람 수수료요", "재발급은 2,000원, 열람은 500원입니다.", "++"},
    {{FEES}, "며칠 걸려요", "처리 기간은 3일입니다.", "+"},
    {{FEES},
     "재발급 수수료 얼마예요",
     "안녕하세요, 고객님. 2,000원의 재발급 수수료를 내시면 됩니다.",
     "+"},
    {{CANCER, PET},
     "암보험은 몇 살까지 가입돼요",
     "암보험은 만 15세부터 70세까지 가입하실 수 있습니다.",
     "++"},
    {{CANCER, PET}, "펫보험 가입 나이요", "펫보험은 생후 61일부터 만 10세까지 가입됩니다.", "++"},
    {{CANCER, PET}, "암보험 면책기간", "암보험의 면책기간은 90일입니다.", "+"},
    {{CANCER, PET},
     "펫보험 면책기간",
     "펫보험 면책기간은 30일이고 자기부담금은 3만원입니다.",
     "++"},
    {{CANCER, PET}, "암보험 감액", "암보험은 가입 후 1년 안에는 보험금의 50%가 나갑니다.", "++"},
    {{CANCER, PET}, "암보험 가입 나이 근거", "암보험 가입나이는 제3조에 있습니다.", "+"},
    {{TABLE}, "40세 여자 보험료", "40세 여자분의 월 보험료는 16,400원입니다.", "++"},
    {{TABLE}, "30세 남자", "30세 남자는 12,300원, 30세 여자는 11,200원입니다.", "++++"},
    {{TABLE}, "오십세 남자 보험료", "50세 남자의 보험료는 27,900원입니다.", "++"},
    {{LIMITS}, "암 진단비 한도", "암 진단비는 5천만원까지 보장합니다.", "+"},
    {{LIMITS},
     "진단비 한도 다 알려줘",
     "암 진단비 5,000만원, 뇌졸중 진단비 3,000만원, 급성심근경색 진단비 2,000만원입니다.",
     "+++"},
    {{LIMITS}, "입원 일당", "입원 일당은 하루 5만원이고 최대 120일까지 드립니다.", "++"},
    {{PENALTY}, "대출 이율", "약관대출 이율은 연 4.5%입니다.", "+"},
    {{PENALTY}, "연체하면요", "연체하시면 연체 이율 7.5%가 적용됩니다.", "+"},
    {{PENALTY}, "중도상환 수수료", "중도상환 수수료는 1.2%이며 상환일은 매월 25일입니다.", "++"},
    {{LINES}, "사고 접수 전화", "사고 접수는 1588-1111로 전화해 주세요.", "+"},
    {{LINES}, "상담 전화", "일반 상담 전화는 1588-2222입니다.", "+"},
    {{ENGLISH}, "how much is a copy", "A certified copy costs $5.", "+"},
    {{ENGLISH}, "reissue fee", "To have a certificate reissued you pay $20.", "+"},
    {{ENGLISH},
     "how long by courier",
     "Delivery by courier takes 3 days and by post 10 days.",
     "++"},
    {{ENGLISH}, "how long by post", "By post, please allow 10 days.", "+"},
    /* Another's figure. */
    {{FEES}, "재발급 수수료 얼마예요", "재발급 수수료는 500원입니다.", "x"},
    {{FEES}, "열람 수수료 얼마예요", "열람 수수료는 2,000원입니다.", "x"},
    {{FEES}, "재발급이랑 열람 수수료요", "재발급은 500원, 열람은 2,000원입니다.", "xx"},
    {{FEES}, "우편으로 받고 싶어요", "우편으로 받으시면 2,000원이 더 듭니다.", "x"},
    {{FEES, PARKING}, "재발급 수수료 얼마예요", "재발급 수수료는 20,000원입니다.", "x"},
    {{FEES, PARKING}, "주차 하루 종일 하면요", "주차는 하루 최대 2,000원입니다.", "x"},
    {{FEES, PARKING}, "주차비", "두 시간 이후에는 10분마다 3,000원입니다.", "++x"},
    {{CANCER, PET}, "암보험 면책기간", "암보험의 면책기간은 30일입니다.", "x"},
    {{CANCER, PET}, "펫보험 면책기간", "펫보험의 면책기간은 90일입니다.", "x"},
    {{CANCER, PET},
     "암보험은 몇 살까지 가입돼요",
     "암보험은 만 10세까지 가입하실 수 있습니다.",
     "x"},
    {{CANCER, PET}, "펫보험은 몇 살까지", "펫보험은 만 70세까지 가입하실 수 있습니다.", "x"},
    {{CANCER, PET}, "펫보험 가입 나이 근거", "펫보험 가입나이는 제3조에 있습니다.", "x"},
    {{TABLE}, "40세 여자 보험료", "40세 여자분의 월 보험료는 18,700원입니다.", "+x"},
    {{TABLE}, "40세 남자 보험료", "40세 남자분의 월 보험료는 16,400원입니다.", "+x"},
    {{TABLE}, "40세 여자 보험료", "40세 여자분의 월 보험료는 11,200원입니다.", "+x"},
    {{TABLE}, "30세 남자", "30세 남자는 11,200원, 30세 여자는 12,300원입니다.", "+x+x"},
    {{LIMITS}, "암 진단비 한도", "암 진단비는 3천만원까지 보장합니다.", "x"},
    {{LIMITS}, "뇌졸중 진단비", "뇌졸중 진단비는 5,000만원입니다.", "x"},
    {{LIMITS}, "진단비 한도", "암 진단비 3,000만원, 뇌졸중 진단비 5,000만원입니다.", "xx"},
    {{LIMITS}, "입원 일당", "입원 일당은 하루 2,000만원입니다.", "x"},
    {{PENALTY}, "대출 이율", "약관대출 이율은 연 7.5%입니다.", "x"},
    {{PENALTY}, "연체하면요", "연체 이율은 4.5%입니다.", "x"},
    {{PENALTY}, "중도상환 수수료", "중도상환 수수료는 4.5%입니다.", "x"},
    {{LINES}, "사고 접수 전화", "사고 접수는 1588-2222로 전화해 주세요.", "x"},
    {{LINES}, "상담 전화", "일반 상담은 1588-1111로 전화해 주세요.", "x"},
    {{ENGLISH}, "how much is a copy", "A certified copy costs $20.", "x"},
    {{ENGLISH}, "reissue fee", "A reissued certificate costs $5.", "x"},
    {{ENGLISH},
     "how long by courier",
     "Delivery by courier takes 10 days and by post 3 days.",
     "xx"},
    {{ENGLISH}, "how long by post", "By post, please allow 3 days.", "x"},
    /* Nobody's. */
    {{FEES, PARKING}, "재발급 수수료 얼마예요", "재발급 수수료는 9,000원입니다.", "-"},
    {{FEES}, "재발급 수수료 500원이에요?", "아니요, 1,000원입니다.", "-"},
    {{TABLE}, "60세 남자", "60세 남자의 보험료는 35,000원입니다.", "--"},
    {{CANCER, PET}, "암보험", "암보험은 제7조에 따라 45일 뒤 시작합니다.", "--"},
    {{ENGLISH}, "reissue", "It costs $15.", "-"},
};

#endif
