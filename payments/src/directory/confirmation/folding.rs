//! Characters that people write in more than one way, brought to one: traditional and simplified forms, and the variants
//! that names in Hong Kong are written with. Only those that occur in names; others are compared as they are.

use std::collections::HashMap;
use std::sync::OnceLock;

/// Each pair: a form, and the one that stands for it. Where two traditional characters share a simplified one, both
/// become that, so that neither way of writing fails (鍾 and 鐘, 範 and 范).
const FORMS: &str = "\
    乾干 來来 倉仓 個个 們们 倫伦 偉伟 側侧 傑杰 備备 傳传 傷伤 傾倾 僅仅 僑侨 價价 儀仪 \
    億亿 儉俭 優优 儲储 兎兔 兒儿 內内 兩两 冊册 凱凯 別别 剛刚 創创 劃划 劉刘 劍剑 勁劲 \
    動动 務务 勛勋 勝胜 勞劳 勳勋 勵励 勸劝 匯汇 區区 協协 卻却 厭厌 厲厉 參参 叢丛 吳吴 \
    呂吕 咀嘴 咼呙 員员 問问 啓启 啟启 單单 嘯啸 嚴严 國国 圍围 園园 圓圆 圖图 團团 堅坚 \
    場场 塗涂 壇坛 壯壮 壽寿 夢梦 夾夹 奧奥 奮奋 妝妆 娛娱 婦妇 媧娲 媽妈 嫵妩 嫻娴 嬋婵 \
    嬌娇 嬪嫔 嬰婴 孫孙 學学 實实 寧宁 審审 寫写 寬宽 寳宝 寶宝 將将 專专 尋寻 對对 導导 \
    屆届 層层 峯峰 島岛 峽峡 崗岗 嵐岚 嶺岭 巒峦 巖岩 師师 帶带 幣币 幫帮 幹干 廚厨 廟庙 \
    廠厂 廣广 廬庐 廳厅 張张 強强 彈弹 彙汇 彥彦 後后 徑径 從从 復复 徵征 徹彻 恆恒 悅悦 \
    惲恽 愛爱 慶庆 憲宪 憶忆 應应 懷怀 戀恋 戰战 戲戏 戶户 拋抛 掃扫 採采 揚扬 換换 揮挥 \
    損损 搖摇 擁拥 擇择 擊击 據据 攜携 攝摄 敎教 敵敌 數数 斬斩 於于 昇升 時时 晉晋 晝昼 \
    晧皓 暉晖 暐𬀩 暢畅 暫暂 曁暨 曄晔 曆历 曉晓 書书 會会 東东 栢柏 條条 楊杨 楓枫 業业 \
    極极 榮荣 構构 槍枪 槪概 樂乐 樓楼 標标 樞枢 樣样 樸朴 樹树 橋桥 機机 檢检 欒栾 歐欧 \
    歡欢 歲岁 歸归 殘残 殺杀 氣气 決决 沒没 沖冲 況况 淚泪 淨净 淩凌 淸清 淺浅 渙涣 減减 \
    渦涡 湧涌 湯汤 湼涅 準准 溝沟 溫温 滅灭 滌涤 滙汇 滛淫 滬沪 滾滚 滿满 漁渔 漢汉 漸渐 \
    潔洁 潛潜 潤润 澤泽 濕湿 濟济 濤涛 濱滨 濶阔 瀾澜 灣湾 災灾 為为 烏乌 無无 煉炼 煒炜 \
    煕熙 煙烟 煥焕 熈熙 熾炽 燁烨 燈灯 燒烧 營营 燦灿 爍烁 爐炉 爭争 爲为 爺爷 牀床 牆墙 \
    獅狮 獎奖 獨独 獲获 珎珍 現现 琺珐 瑋玮 瑤瑶 瑩莹 瑪玛 瑯琅 璣玑 環环 璽玺 瓊琼 產产 \
    産产 畝亩 畢毕 畫画 當当 疊叠 痩瘦 癒愈 癡痴 發发 盡尽 監监 盤盘 盧卢 眞真 礎础 礦矿 \
    祕秘 祿禄 禎祯 禪禅 禮礼 稅税 種种 稱称 穀谷 穌稣 積积 穎颖 穩稳 窩窝 竇窦 竈灶 競竞 \
    筆笔 箏筝 節节 範范 築筑 簡简 粧妆 糧粮 紀纪 約约 紅红 紋纹 納纳 純纯 紗纱 紙纸 級级 \
    細细 紹绍 終终 絃弦 組组 結结 絕绝 絡络 給给 統统 絲丝 經经 綠绿 綫线 維维 綱纲 網网 \
    綵彩 綸纶 綺绮 綿绵 緊紧 緒绪 緖绪 線线 緣缘 編编 緩缓 緯纬 練练 緻致 縈萦 縉缙 縣县 \
    縱纵 總总 績绩 織织 繞绕 繡绣 繪绘 繹绎 繼继 繽缤 續续 纖纤 羅罗 羣群 義义 習习 聖圣 \
    聞闻 聯联 聰聪 聲声 聶聂 職职 聽听 肅肃 脈脉 脫脱 腦脑 膚肤 臺台 與与 興兴 舉举 舊旧 \
    舘馆 艙舱 艷艳 莊庄 莖茎 菓果 華华 萊莱 萬万 葉叶 葦苇 葯药 蒼苍 蓋盖 蓮莲 蔣蒋 蔥葱 \
    蔭荫 蕭萧 藍蓝 藝艺 藥药 藹蔼 蘆芦 蘇苏 蘋苹 蘭兰 處处 虛虚 號号 蝦虾 蟲虫 蠟蜡 衆众 \
    術术 衛卫 衞卫 裏里 補补 裝装 裡里 製制 襲袭 見见 規规 視视 親亲 覺觉 覽览 觀观 觸触 \
    訂订 計计 訊讯 討讨 訓训 記记 設设 許许 評评 詞词 詠咏 詢询 試试 詩诗 話话 該该 詳详 \
    誇夸 誌志 認认 語语 誠诚 誤误 說说 説说 課课 誼谊 調调 談谈 請请 諒谅 論论 諧谐 諭谕 \
    諸诸 諺谚 諾诺 謀谋 謂谓 謙谦 講讲 謝谢 謨谟 謹谨 證证 識识 譚谭 譜谱 譯译 議议 護护 \
    譽誉 讀读 變变 讓让 豐丰 貝贝 貞贞 負负 財财 貢贡 貨货 貫贯 責责 貴贵 買买 費费 貼贴 \
    賀贺 資资 賈贾 賓宾 賔宾 賞赏 賢贤 賣卖 賴赖 賽赛 贊赞 贏赢 趙赵 跡迹 踐践 車车 軌轨 \
    軍军 軒轩 軟软 較较 載载 輔辅 輕轻 輛辆 輝辉 輩辈 輪轮 輯辑 輸输 轉转 轟轰 辦办 農农 \
    連连 進进 運运 過过 達达 違违 遙遥 遜逊 遞递 遠远 適适 遲迟 遷迁 選选 邁迈 還还 邊边 \
    邨村 郵邮 鄉乡 鄒邹 鄔邬 鄕乡 鄧邓 鄭郑 鄰邻 鄺邝 醫医 釋释 釗钊 鈔钞 鈞钧 鈴铃 鈺钰 \
    鉢钵 銀银 銅铜 銘铭 銳锐 鋒锋 鋭锐 鋼钢 錄录 錢钱 錦锦 錫锡 錯错 錶表 鍵键 鍾钟 鎖锁 \
    鎧铠 鎮镇 鏡镜 鐘钟 鐵铁 鑑鉴 鑒鉴 鑛矿 鑽钻 長长 門门 閉闭 開开 閎闳 閏闰 間间 閔闵 \
    閣阁 閱阅 閲阅 閻阎 闆板 闊阔 闌阑 闖闯 關关 陝陕 陞升 陣阵 陰阴 陳陈 陸陆 陽阳 隊队 \
    階阶 際际 隨随 險险 隱隐 隻只 雖虽 雙双 雜杂 雞鸡 離离 難难 雲云 電电 霧雾 靈灵 靑青 \
    靜静 鞏巩 韋韦 韓韩 韮韭 韻韵 響响 頁页 頂顶 項项 順顺 須须 頌颂 預预 頓顿 頗颇 領领 \
    頤颐 頭头 頻频 題题 額额 顏颜 顔颜 願愿 類类 顧顾 顯显 風风 颱台 飄飘 飛飞 飮饮 飯饭 \
    飱餐 飲饮 養养 餘余 館馆 馬马 馮冯 駐驻 駕驾 駱骆 駿骏 騎骑 騏骐 騰腾 驅驱 驕骄 驗验 \
    驚惊 驥骥 髮发 鬆松 鬥斗 鬱郁 魚鱼 魯鲁 鮑鲍 鮮鲜 鯨鲸 鳥鸟 鳳凤 鳴鸣 鴛鸳 鴦鸯 鴨鸭 \
    鴻鸿 鵑鹃 鵝鹅 鵬鹏 鶴鹤 鷹鹰 鸞鸾 鹽盐 麗丽 麥麦 麪面 麵面 黃黄 點点 黨党 齊齐 齒齿 \
    齡龄 龍龙 龐庞 龔龚 龜龟";

/// The character that stands for this one.
pub(super) fn fold_chinese(c: char) -> char {
    static TABLE: OnceLock<HashMap<char, char>> = OnceLock::new();
    let pairs = || {
        let mut forms = FORMS.chars().filter(|c| *c != ' ');
        std::iter::from_fn(move || Some((forms.next()?, forms.next()?))).collect()
    };
    TABLE.get_or_init(pairs).get(&c).copied().unwrap_or(c)
}

/// A letter that has no accent to be taken off, as machines that know only ASCII write it.
pub(super) fn fold_latin(c: char) -> Option<&'static str> {
    Some(match c {
        'æ' => "ae",
        'đ' | 'ð' => "d",
        'ı' => "i",
        'ł' => "l",
        'ø' => "o",
        'œ' => "oe",
        'ß' => "ss",
        'þ' => "th",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_of_writing_become_one_and_stay_so() {
        for (one, other) in
            [('陳', '陈'), ('張', '张'), ('麗', '丽'), ('鍾', '鐘'), ('範', '范'), ('衞', '衛'), ('啟', '啓')]
        {
            assert_eq!(fold_chinese(one), fold_chinese(other), "{one} {other}");
        }
        for c in FORMS.chars().filter(|c| *c != ' ') {
            assert_eq!(fold_chinese(fold_chinese(c)), fold_chinese(c), "{c}");
        }
        assert_eq!(FORMS.chars().filter(|c| *c != ' ').count() % 2, 0);
    }
}
